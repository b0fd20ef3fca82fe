// Asks hosts what tells their systems apart (-O), or what filters their packets (--firewall): some packets each, one
// after the other, again where no answer comes. Like the engine it does no I/O: it is told the time and handed packets.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/slab.h"
#include "base/time.h"
#include "engine/doors.h"
#include "engine/engine.h"
#include "engine/host_walk.h"
#include "engine/pace/outbox.h"
#include "engine/pace/pacer.h"
#include "model/system.h"
#include "net/ip_address.h"
#include "probe/probe.h"
#include "wire/packet.h"

namespace portolan::engine {

// Packets that a host is asked by for its system, without those that are repeated.
inline constexpr std::size_t most_stack_questions = 12;
// Attempts at a question that have a source port of their own.
inline constexpr std::uint16_t stack_attempts = 4;
constexpr std::uint16_t tags_of_questions(std::size_t questions) {
  return static_cast<std::uint16_t>(questions * stack_attempts);
}
inline constexpr std::uint16_t stack_tags = tags_of_questions(most_stack_questions);

struct StackAsked {
  model::StackQuestion question = model::StackQuestion::syn_full;
  net::Port port;       // 0 for echoes
  bool second = false;  // of a second stack behind the address
  // Instead of what the user wants; 0: none.
  std::uint8_t hop_limit = 0;
};

class StackQuestions {
 public:
  // `tag_base` of the settings is the first of tags_of_questions(as many as a host is asked) source ports; `tries`: of
  // each question, at least one. `pacer` outlives it.
  StackQuestions(const EngineSettings& settings, int tries, Pacer& pacer);

  struct Target {
    WalkTarget target;       // its path stays where it is until the host is done
    std::uint32_t host = 0;  // the owner's number for it
    std::vector<StackAsked> questions;
    std::optional<Duration> round_trip;
    std::size_t most_packets = SIZE_MAX;  // repetitions too; the first round is put in any case
  };
  void enter(Target target, Instant now);
  struct Done {
    std::uint32_t host = 0;
    std::vector<model::StackAnswer> answers;  // one for each question, in their order; silence too
  };
  // Since the last call.
  std::vector<Done> take_done();
  [[nodiscard]] bool has_done() const { return !done_.empty(); }

  // As those of Engine.
  void advance(Instant now, Instant heard);
  [[nodiscard]] std::span<const Shot> outbox() const { return outbox_.shots(); }
  void on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused = {});
  bool on_packet(const wire::Packet& packet, const Received& frame);
  [[nodiscard]] Instant wake_at(Instant now) const;
  void give_up_through(std::uint32_t interface);
  [[nodiscard]] bool empty() const { return working() == 0; }
  [[nodiscard]] std::size_t working() const { return asked_.size() + waiting_.size(); }
  [[nodiscard]] std::uint64_t entered() const { return entered_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  // Questions that this machine would not send.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Slot {
    std::uint8_t attempts = 0;  // that have left
    Instant sent{};             // the last
    std::optional<model::StackAnswer> answer;
  };
  // A host; it asks one question at a time.
  struct Asking {
    Target target;
    std::vector<Slot> slots;
    std::size_t next = 0;  // question
    int round = 0;         // of tries
    std::size_t sent = 0;  // packets
    bool pending = false;  // its question is in the outbox or waits for room there
    std::uint32_t serial = 0;
    Instant began{};
    Instant last_sent{};
    Duration longest{};  // round trip of any answer
  };
  struct Wake {
    Instant at;
    std::uint32_t number = 0;
    std::uint32_t serial = 0;
    friend bool operator>(const Wake& a, const Wake& b) { return a.at > b.at; }
  };
  struct Pending {
    std::uint32_t number = 0;
    std::uint32_t serial = 0;
    std::size_t question = 0;
  };

  [[nodiscard]] bool is_current(std::uint32_t number, std::uint32_t serial) const {
    return asked_[number].serial == serial;
  }
  [[nodiscard]] probe::Attempt attempt(const Asking& asking, std::size_t question, std::uint8_t number) const;
  [[nodiscard]] Duration wait_of(const Asking& asking) const;
  [[nodiscard]] Instant due_at(const Asking& asking) const;
  [[nodiscard]] static bool asks_next(const Asking& asking);
  void start(Target target);
  void go_on(std::uint32_t number);
  void fill(Instant now);
  void finish(std::uint32_t number);
  void withdraw(std::uint32_t serial);

  EngineSettings settings_;
  int tries_;
  Pacer& pacer_;
  Slab<Asking> asked_;
  std::deque<Target> waiting_;                     // for room
  std::map<std::uint8_t, wire::Dress> shortened_;  // dresses by the hop limits that were asked for
  std::unordered_map<net::IpAddress, std::uint32_t> by_address_;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::deque<Pending> wanted_;
  Outbox<Pending> outbox_;  // and whose each shot is
  std::vector<Done> done_;
  Instant now_{};
  std::uint32_t last_serial_ = 0;
  std::uint64_t entered_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace portolan::engine
