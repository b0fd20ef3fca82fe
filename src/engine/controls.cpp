#include "engine/controls.h"

namespace portolan::engine {
namespace {

// Of ports that do not answer as open ones do, few displace an earlier one: what is known is as good.
constexpr double displaced = 0.05;

}  // namespace

Controls::Controls(std::uint64_t seed) : random_{seed} { controls_.reserve(most); }

void Controls::remember(std::uint32_t host, std::uint32_t ask, bool open) {
  if (controls_.size() < most) {
    controls_.push_back({.host = host, .ask = ask, .open = open});
    return;
  }
  Control& control = controls_[random_.below(most)];
  if (control.state != State::idle || (control.open && !open)) return;
  if (!open && !random_.chance(displaced)) return;
  control = {.host = host, .ask = ask, .open = open};
}

void Controls::on_sent(std::size_t control, Instant now) {
  controls_[control].state = State::in_flight;
  controls_[control].sent = now;
}

std::optional<Instant> Controls::take(std::uint32_t host, std::uint32_t ask, bool second_tag) {
  const auto control = std::ranges::find_if(controls_, [&](const Control& c) {
    return c.state == State::in_flight && c.host == host && c.ask == ask && c.second_tag == second_tag;
  });
  if (control == controls_.end()) return std::nullopt;
  control->state = State::idle;
  return control->sent;
}

}  // namespace portolan::engine
