// Decides when the next probe may leave. Closed loop: the rate grows while what is known to answer
// still answers in time, and falls when the round trip grows (a queue is filling) or when ports known
// to answer stop doing so (loss_law.h). Only what several hosts show is the path's: one host that is
// slow, full or gone is judged by itself.
// docs/architecture.md tells the reasoning; bench/scan shows the effect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "engine/pace/loss_law.h"
#include "engine/pace/path_evidence.h"

namespace portolan::engine {

struct PacerLimits {
  std::optional<double> min_rate;  // probes a second; feedback never goes below it
  std::optional<double> max_rate;  // probes a second; nothing ever goes above it
  double blind_rate = 20'000;      // most while nothing that answers confirms the rate
  Duration blind_round_trip{};     // taken for the round trip until one is measured
};

class Pacer {
 public:
  explicit Pacer(const PacerLimits& limits);

  // How many frames may leave now; at most `most`. None until a whole batch is due, because a batch
  // costs the kernel little more than a frame.
  [[nodiscard]] std::size_t allowance(Instant now, std::size_t most);
  // When the next batch may leave.
  [[nodiscard]] Instant next() const;

  void on_sent(std::size_t frames, Instant now);
  // The machine's own queue was full: no reason to judge the network, but none to go faster.
  void on_refused(Instant now);
  void on_answer() { ++epoch_.answers; }
  // `host` tells hosts apart; `best` is the shortest round trip ever seen to it.
  void on_round_trip(std::uint32_t host, Duration sample, Duration best);
  // A port known to answer was asked again, and its fate is known.
  struct LossProbe {
    std::uint32_t host = 0;
    bool lost = false;
    Instant sent{};
    bool hosts_own = false;  // the host is known for losses of its own
  };
  void on_loss_probe(const LossProbe& probe, Instant now);
  // An answer came after all.
  void take_back_loss(bool hosts_own);

  [[nodiscard]] double rate() const { return rate_; }
  // A lower rate is being tried, because too much is lost.
  [[nodiscard]] bool is_searching() const { return loss_law_.state() == LossLaw::State::trying; }
  // Answers came late at several hosts that loss does not explain: only `through` of what is sent seems to arrive.
  void suspect_limit(double through, Instant now);
  // The path is known to have a limit, or may have one.
  [[nodiscard]] bool is_limited() const { return loss_law_.state() != LossLaw::State::watching; }
  [[nodiscard]] bool was_limited() const { return loss_law_.was_limited(); }
  // Since when the rate is what it is for reasons of loss: what left earlier says nothing about it.
  [[nodiscard]] Instant rate_since() const { return rate_since_; }
  // No port is left that could be asked for the loss.
  void end_search();
  // Questions that are still open. While a rate is looked for, they are to last a while: each that is asked too fast is
  // an attempt lost.
  void set_open_questions(double count) { open_questions_ = count; }
  // Of all hosts, for the reader.
  [[nodiscard]] std::uint64_t loss_probes_asked() const { return loss_probes_asked_; }
  [[nodiscard]] std::uint64_t loss_probes_lost() const { return loss_probes_lost_; }
  // Of hosts without losses of their own: what says something about the path. Counts only grow, so that their
  // differences tell of a stretch of time (but for an answer that came late).
  struct Balance {
    std::uint32_t asked = 0;
    std::uint32_t lost = 0;
  };
  [[nodiscard]] Balance path() const { return path_; }
  // Share that it is known to lose by chance, at any rate.
  [[nodiscard]] double path_chance() const { return loss_law_.chance(); }
  // Share that the path is known to lose at present, over several hosts; 0 while nothing is known.
  [[nodiscard]] double path_loss() const { return path_loss_; }

 private:
  struct Epoch {
    Instant start;
    std::uint64_t sent = 0;
    std::uint64_t answers = 0;
    std::uint64_t refused = 0;
    RoundTripsByHost round_trips;
  };

  [[nodiscard]] double batch() const;
  void end_epoch(Instant now);
  [[nodiscard]] Duration epoch_length() const;
  [[nodiscard]] Duration inflation() const;
  [[nodiscard]] Duration tolerated_inflation() const;
  void drain_queue();
  double growth();
  [[nodiscard]] bool path_is_full(Duration epoch);
  void look_at_loss(Instant now);
  [[nodiscard]] double search_rate(double rate) const;
  void slow_down(double factor, double floor);
  void set_rate(double rate);

  PacerLimits limits_;
  double rate_;
  bool slow_start_ = true;
  bool started_ = false;
  Instant next_;
  Epoch epoch_;
  std::uint64_t sent_last_ = 0;         // in the epoch before
  double best_yield_ = 0;               // answers a probe
  int cool_down_ = 0;                   // epochs to wait for the effect of a reduction before the next one
  std::optional<Duration> round_trip_;  // mean of the last epoch that measured any
  std::uint64_t loss_probes_asked_ = 0;
  std::uint64_t loss_probes_lost_ = 0;
  LossLaw loss_law_;
  LossByHost loss_window_;  // of what left at the present rate
  Instant rate_since_{};
  double path_loss_ = 0;
  double open_questions_ = 0;
  Balance path_;
  struct QueueCut {
    double rate;         // before
    Duration inflation;  // before
  };
  std::optional<QueueCut> queue_cut_;  // reductions for a queue whose effect is still to be seen
  Duration base_inflation_{};          // of round trips, taken for not ours
};

}  // namespace portolan::engine
