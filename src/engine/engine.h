// The engine: one question list, asked of every host of a block, until each probe is judged. It does no
// I/O: it is told the time and handed frames, it returns frames and answers. os/ and sim/ drive the
// very same code.
//
// Every host is a lane: a keyed walk over the asks, repeated for what is still silent (a pass), each
// pass after a wait of the host's own retransmission timeout. Lanes take turns, so neighbouring probes
// go to different hosts; the pacer says how fast.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/permutation.h"
#include "base/time.h"
#include "engine/controls.h"
#include "engine/host_index.h"
#include "engine/ledger.h"
#include "engine/link.h"
#include "engine/pacer.h"
#include "engine/passes.h"
#include "engine/round_trip.h"
#include "engine/send_times.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "net/path.h"
#include "net/port.h"
#include "plan/plan.h"
#include "probe/probe.h"

namespace portolan::engine {

// One question of a job: which technique, which of its questions, and for which port.
struct Ask {
  std::uint8_t technique = 0;  // index into Job::techniques
  std::uint8_t variant = 0;
  net::Port port;
};

struct Job {
  enum class Goal : std::uint8_t {
    every_ask,   // judge every probe: a port scan
    first_sign,  // a host is done as soon as one answer proves that it is up: discovery
  };
  std::vector<const probe::Probe*> techniques;  // at most 256
  std::vector<Ask> asks;                        // asked of every host; at most 2^18; variants of one side by side
  Goal goal = Goal::every_ask;
  bool sequential = false;  // asks in the order given (-r)
};

struct LaneTarget {
  net::IpAddress address;
  const net::Path* path = nullptr;     // outlives the engine
  std::optional<Duration> round_trip;  // from an earlier stage
};

struct EngineSettings {
  plan::Timing timing;
  std::uint64_t seed = 0;      // order
  HashKey key;                 // cookies
  std::uint16_t tag_base = 0;  // first of tag_count source ports that are ours
  wire::Dress dress;
};
// Source ports (or ICMP identifiers) that one engine may use, from tag_base on.
inline constexpr std::uint16_t tag_count = 16;

struct Answer {
  std::uint32_t host = 0;   // index into the targets
  std::uint32_t index = 0;  // of the question in Job::asks
  Ask ask;
  probe::Verdict verdict;
  std::uint8_t ttl = 0;
  net::IpAddress from;          // who answered: the target, or a router
  std::optional<net::Mac> mac;  // that the answer names (ARP, ND), else of whoever sent the frame
  bool overrules = false;       // takes the place of an answer told earlier
};

// Told of every answer that settles a probe, once a probe (twice where an ICMP error is overruled by
// the port itself).
class AnswerListener {
 public:
  AnswerListener() = default;
  AnswerListener(const AnswerListener&) = delete;
  AnswerListener& operator=(const AnswerListener&) = delete;
  virtual ~AnswerListener() = default;
  virtual void on_answer(const Answer& answer) = 0;
};

// How one host fared.
struct LaneOutcome {
  bool done = false;
  bool timed_out = false;  // --host-timeout
  bool up = false;         // an answer proved it
  std::uint32_t answered = 0;
  RoundTripEstimate round_trip;
  Duration timeout{};  // what is waited for a lost probe
  int passes = 0;
  double limiter_rate = 0;        // answers a second, where the host was found to limit them; else 0
  bool limiter_given_up = false;  // too slow to wait for: silent ports may be closed
};

class Engine {
 public:
  // `job`, `targets` (at least one), `pacer` and `listener` outlive the engine.
  Engine(const Job& job, std::span<const LaneTarget> targets, const EngineSettings& settings, Pacer& pacer,
         AnswerListener& listener);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void advance(Instant now);                            // expire, start passes, fill the outbox
  [[nodiscard]] std::span<const Frame> outbox() const;  // valid until the next advance or on_sent
  void on_sent(std::size_t count, Instant now);         // a prefix of the outbox has left
  void on_frame(const Received& frame);
  [[nodiscard]] Instant wake_at(Instant now) const;  // nothing to do before, unless a frame arrives
  [[nodiscard]] bool finished() const;

  [[nodiscard]] LaneOutcome outcome(std::uint32_t host) const;
  // What is known of one probe; nullopt while silent.
  [[nodiscard]] std::optional<Ledger::Entry> verdict(std::uint32_t host, std::uint32_t ask) const;
  // Share of round trips lost, 0 to 1: by control probes, or by what only a later pass brought.
  [[nodiscard]] double loss() const;
  // 0 to 1: probes settled, with half a point for those asked and still silent.
  [[nodiscard]] double fraction() const;
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  [[nodiscard]] std::uint32_t lanes_done() const { return lanes_done_; }

 private:
  struct Lane;
  struct Pending;
  struct Wake {
    Instant at;
    std::uint32_t host;
    friend bool operator>(const Wake& a, const Wake& b) { return a.at > b.at; }
  };
  struct Match {
    std::uint32_t host;
    std::uint32_t ask;
    std::uint16_t tag;
  };

  [[nodiscard]] probe::Attempt attempt(std::uint32_t host, std::uint32_t ask, std::uint16_t tag) const;
  [[nodiscard]] std::uint16_t tag_of(unsigned slot) const;
  [[nodiscard]] std::uint32_t walk(std::uint32_t host, std::uint32_t position) const;
  [[nodiscard]] Duration timeout_of(const Lane& lane) const;

  void wake_lanes(Instant now);
  void fill(Instant now);
  bool fill_one(Instant now);
  bool fill_control();
  void put(std::uint32_t host, std::uint32_t ask, unsigned slot);
  void finish_pass(std::uint32_t host, Instant now);
  void give_up_if_overdue(Lane& lane, Instant now);
  void decide(std::uint32_t host, Instant now);
  void start_pass(Lane& lane);
  void finish_lane(Lane& lane);
  void park(std::uint32_t host, Instant until);
  void drop_active(std::size_t index);

  [[nodiscard]] std::optional<Match> match(const probe::Subject& subject, std::size_t technique,
                                           const Received& frame) const;
  [[nodiscard]] bool is_about(std::uint32_t ask, std::size_t technique, net::Port port) const;
  void settle(const Match& match, const probe::Verdict& verdict, const wire::Packet& packet, const Received& frame);
  void measure(const Match& match, Lane& lane, Instant at);
  void expire_controls(Instant now);
  void answer_control(const Match& match, bool second_tag, Instant at);
  [[nodiscard]] bool asked_once(const Lane& lane) const;
  void add_round_trip(Lane& lane, Duration sample);

  const Job& job_;
  std::span<const LaneTarget> targets_;
  EngineSettings settings_;
  Pacer& pacer_;
  AnswerListener& listener_;

  Ledger ledger_;
  HostIndex host_index_;
  std::vector<std::vector<std::uint32_t>> ask_index_;  // technique x port -> ask + 1
  Permutation walk_;
  std::vector<Lane> lanes_;
  std::vector<std::uint32_t> active_;  // lanes that may send now
  std::size_t turn_ = 0;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> parked_;

  static constexpr std::size_t outbox_size = 64;
  std::array<std::array<std::uint8_t, wire::longest_packet>, outbox_size> buffers_{};
  std::vector<Frame> outbox_;
  std::vector<Pending> pending_;  // what each frame of the outbox asks
  std::size_t outbox_first_ = 0;

  SendTimes send_times_;
  Controls controls_;

  std::uint64_t sent_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t settled_ = 0;     // probes with a verdict, silence included
  std::uint64_t asked_once_ = 0;  // probes asked at least once
  std::uint64_t in_time_ = 0;     // answers that the first pass brought
  std::uint64_t late_ = 0;        // answers that only a later pass brought
  std::uint32_t lanes_up_ = 0;
  std::uint32_t lanes_done_ = 0;
};

}  // namespace portolan::engine
