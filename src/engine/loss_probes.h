// Loss probes: ports known to answer, asked again and again from tags of their own, so that their answers measure the
// loss at the present rate and nothing else. They outlast the hosts that they were learnt from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "engine/host_walk.h"
#include "net/ip_address.h"
#include "net/path.h"

namespace portolan::engine {

class LossProbes {
 public:
  static constexpr std::size_t most = 64;  // ports remembered at once
  // One frame in so many is a loss probe: more of them until the loss is known at all.
  static constexpr std::uint64_t every_at_first = 16;
  static constexpr std::uint64_t every = 64;
  static constexpr std::uint64_t known_after = 64;  // questions

  explicit LossProbes(std::uint64_t seed);

  // A port has answered. Open ones are preferred: their answers are the ones that no limiter holds back. `timeout` is
  // what an answer is waited for. The target's path is copied.
  void remember(const WalkTarget& target, std::uint32_t question, bool open, Duration timeout);
  // The host's answers say nothing about the path any more: it limits them, or was given up.
  void forget(const net::IpAddress& address);
  [[nodiscard]] bool empty() const { return probes_.size() == vacant_; }

  // An ordinary probe has been made.
  void on_probe() { ++since_; }
  // `asked`: questions whose fate is known.
  [[nodiscard]] bool is_due(std::uint64_t asked) const {
    return since_ >= (asked < known_after ? every_at_first : every);
  }
  // It was the turn of a loss probe, whether one could be asked or not.
  void skip_turn() { since_ = 0; }

  struct Chosen {
    std::size_t probe;  // for on_sent() and the rest; stays what it is until its fate is known
    std::uint32_t question;
    // Which of two tags to use: they alternate, so that a late answer to one question is not taken for one to the next.
    bool second_tag;
  };
  // A question that is now to be sent; nullopt where there is none.
  std::optional<Chosen> choose();
  void on_sent(std::size_t probe, Instant now);
  [[nodiscard]] WalkTarget target_of(std::size_t probe) const { return {probes_[probe].address, &probes_[probe].path}; }

  // How many questions have stayed unanswered for longer than their timeout; each is counted once.
  std::uint64_t expire(Instant now);
  // The question to this port that is under way with this tag; nullopt where there is none.
  [[nodiscard]] std::optional<std::size_t> find(const net::IpAddress& address, std::uint32_t interface,
                                                std::uint32_t question, bool second_tag) const;
  // It has been answered: when it had left.
  Instant take(std::size_t probe);

 private:
  enum class State : std::uint8_t { vacant, idle, queued, in_flight };
  struct Probe {
    net::IpAddress address;
    net::Path path;
    std::uint32_t question = 0;
    Duration timeout{};
    Instant sent{};
    State state = State::idle;
    bool open = false;
    bool second_tag = false;  // of its last question
    bool forgotten = false;   // vacant once the fate of its last question is known
  };

  Probe* place_for(bool open);
  void settle(Probe& probe);

  std::vector<Probe> probes_;
  std::size_t vacant_ = 0;  // of those
  Random random_;
  std::uint64_t since_ = 0;  // ordinary probes
};

}  // namespace portolan::engine
