// Decides when the next probe may leave. Closed loop: the rate grows while what is known to answer
// still answers in time, and falls when the round trip grows (a queue is filling) or when ports known
// to answer stop doing so. A loss that was there at low rates too is the path's own and costs no speed.
// docs/architecture.md tells the reasoning; bench/scan shows the effect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

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
  // `best` is the shortest round trip ever seen to the same host.
  void on_round_trip(Duration sample, Duration best);
  // A port known to answer was asked again.
  void on_loss_probe(bool lost);

  [[nodiscard]] double rate() const { return rate_; }
  [[nodiscard]] std::uint64_t loss_probes_asked() const { return loss_probes_asked_; }
  [[nodiscard]] std::uint64_t loss_probes_lost() const { return loss_probes_lost_; }
  // Share of round trips lost, with one imagined loss in the balance so that a few good answers
  // do not pass for certainty: (lost + 0.5) / (asked + 1).
  [[nodiscard]] double loss() const;

 private:
  struct Epoch {
    Instant start;
    std::uint64_t sent = 0;
    std::uint64_t answers = 0;
    std::uint64_t refused = 0;
    std::uint64_t round_trips = 0;
    Duration round_trip_sum{};
    Duration best_sum{};  // of the same hosts at their best
  };

  [[nodiscard]] double batch() const;
  void end_epoch(Instant now);
  [[nodiscard]] Duration epoch_length() const;
  [[nodiscard]] Duration inflation() const;
  [[nodiscard]] Duration tolerated_inflation() const;
  void drain_queue();
  double growth();
  [[nodiscard]] bool path_is_full();
  void look_at_loss();
  void slow_down(double factor, double floor);
  void set_rate(double rate);

  PacerLimits limits_;
  double rate_;
  bool slow_start_ = true;
  bool started_ = false;
  Instant next_;
  Epoch epoch_;
  std::uint64_t sent_last_ = 0;         // in the epoch before: what this one's answers are answers to
  double best_yield_ = 0;               // answers a probe
  int cool_down_ = 0;                   // epochs to wait for the effect of a reduction before the next one
  std::optional<Duration> round_trip_;  // mean of the last epoch that measured any
  std::uint64_t loss_probes_asked_ = 0;
  std::uint64_t loss_probes_lost_ = 0;
  std::uint64_t window_asked_ = 0;  // since the last look at the loss
  std::uint64_t window_lost_ = 0;
  double base_loss_ = 0;  // taken for the path's own
  struct Cut {
    double rate;  // before
    double loss;  // before
  };
  struct QueueCut {
    double rate;         // before
    Duration inflation;  // before
  };
  std::optional<QueueCut> queue_cut_;  // reductions for a queue whose effect is still to be seen
  Duration base_inflation_{};          // of round trips, taken for not ours
  std::optional<Cut> cut_;             // a reduction for loss whose effect is still to be seen
};

}  // namespace portolan::engine
