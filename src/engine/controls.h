// Control probes: ports known to answer, asked again and again from tags of their own, so that their answers measure
// the loss at the present rate and nothing else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace portolan::engine {

class Controls {
 public:
  static constexpr std::size_t most = 64;  // ports remembered at once
  // One frame in so many is a control: more of them until the loss is known at all.
  static constexpr std::uint64_t every_at_first = 16;
  static constexpr std::uint64_t every = 64;
  static constexpr std::uint64_t known_after = 64;  // questions

  explicit Controls(std::uint64_t seed);

  // A port has answered. Open ones are preferred: their answers are the ones that no limiter holds back.
  void remember(std::uint32_t host, std::uint32_t ask, bool open);
  [[nodiscard]] bool empty() const { return controls_.empty(); }

  // An ordinary probe has been made.
  void on_probe() { ++since_; }
  // `asked`: questions whose fate is known.
  [[nodiscard]] bool is_due(std::uint64_t asked) const {
    return since_ >= (asked < known_after ? every_at_first : every);
  }
  // It was the turn of a control probe, whether one could be asked or not.
  void skip_turn() { since_ = 0; }

  struct Question {
    std::size_t control;  // for on_sent()
    std::uint32_t host;
    std::uint32_t ask;
    // Which of two tags to use: they alternate, so that a late answer to one question is not taken for one to the next.
    bool second_tag;
  };
  // A question to a host that is `usable(host)`, now to be sent; nullopt where there is none.
  template <class Usable>
  std::optional<Question> choose(const Usable& usable) {
    if (controls_.empty()) return std::nullopt;
    const std::size_t first = random_.below(controls_.size());
    const bool any_open = std::ranges::any_of(controls_, &Control::open);
    for (std::size_t i = 0; i < controls_.size(); ++i) {
      const std::size_t at = (first + i) % controls_.size();
      Control& control = controls_[at];
      if (control.state != State::idle || (any_open && !control.open) || !usable(control.host)) continue;
      control.state = State::queued;
      control.second_tag = !control.second_tag;
      return Question{at, control.host, control.ask, control.second_tag};
    }
    return std::nullopt;
  }
  void on_sent(std::size_t control, Instant now);

  // How many questions have stayed unanswered for longer than `timeout_of(host)`; each is counted once.
  template <class TimeoutOf>
  std::uint64_t expire(Instant now, const TimeoutOf& timeout_of) {
    std::uint64_t lost = 0;
    for (Control& control : controls_) {
      if (control.state != State::in_flight || now - control.sent <= timeout_of(control.host)) continue;
      control.state = State::idle;
      ++lost;
    }
    return lost;
  }
  // An answer with one of the two tags: when its question left, nullopt where none waits for it.
  std::optional<Instant> take(std::uint32_t host, std::uint32_t ask, bool second_tag);

 private:
  enum class State : std::uint8_t { idle, queued, in_flight };
  struct Control {
    std::uint32_t host = 0;
    std::uint32_t ask = 0;
    Instant sent{};
    State state = State::idle;
    bool open = false;
    bool second_tag = false;  // of its last question
  };

  std::vector<Control> controls_;
  Random random_;
  std::uint64_t since_ = 0;  // ordinary probes
};

}  // namespace portolan::engine
