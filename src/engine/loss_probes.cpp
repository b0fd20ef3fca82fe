#include "engine/loss_probes.h"

#include <algorithm>

namespace portolan::engine {
namespace {

// Of ports that do not answer as open ones do, few displace an earlier one: what is known is as good.
constexpr double displaced = 0.05;

}  // namespace

LossProbes::LossProbes(std::uint64_t seed) : random_{seed} { probes_.reserve(most); }

// Where a port that has answered is kept; nullptr where what is known already is as good.
LossProbes::Probe* LossProbes::place_for(bool open) {
  if (vacant_ > 0) {
    --vacant_;
    return &*std::ranges::find(probes_, State::vacant, &Probe::state);
  }
  if (probes_.size() < most) return &probes_.emplace_back();
  Probe& probe = probes_[random_.below(most)];
  if (probe.state != State::idle || (probe.open && !open)) return nullptr;
  return open || random_.chance(displaced) ? &probe : nullptr;
}

void LossProbes::remember(const WalkTarget& target, std::uint32_t question, bool open, Duration timeout) {
  Probe* place = place_for(open);
  if (place == nullptr) return;
  *place = {.address = target.address,
            .path = *target.path,
            .question = question,
            .timeout = timeout,
            .state = State::idle,
            .open = open};
}

void LossProbes::forget(const net::IpAddress& address) {
  for (Probe& probe : probes_) {
    if (probe.state == State::vacant || probe.address != address) continue;
    probe.forgotten = true;
    if (probe.state == State::idle) settle(probe);
  }
}

// Nothing is under way any more.
void LossProbes::settle(Probe& probe) {
  probe.state = probe.forgotten ? State::vacant : State::idle;
  if (probe.forgotten) ++vacant_;
}

std::optional<LossProbes::Chosen> LossProbes::choose() {
  if (probes_.empty()) return std::nullopt;
  const std::size_t first = random_.below(probes_.size());
  const bool any_open =
      std::ranges::any_of(probes_, [](const Probe& probe) { return probe.open && probe.state != State::vacant; });
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    const std::size_t at = (first + i) % probes_.size();
    Probe& probe = probes_[at];
    if (probe.state != State::idle || (any_open && !probe.open)) continue;
    probe.state = State::queued;
    probe.second_tag = !probe.second_tag;
    return Chosen{at, probe.question, probe.second_tag};
  }
  return std::nullopt;
}

void LossProbes::on_sent(std::size_t probe, Instant now) {
  probes_[probe].state = State::in_flight;
  probes_[probe].sent = now;
}

std::uint64_t LossProbes::expire(Instant now) {
  std::uint64_t lost = 0;
  for (Probe& probe : probes_) {
    if (probe.state != State::in_flight || now - probe.sent <= probe.timeout) continue;
    settle(probe);
    ++lost;
  }
  return lost;
}

std::optional<std::size_t> LossProbes::find(const net::IpAddress& address, std::uint32_t interface,
                                            std::uint32_t question, bool second_tag) const {
  const auto found = std::ranges::find_if(probes_, [&](const Probe& probe) {
    return probe.state == State::in_flight && probe.question == question && probe.second_tag == second_tag &&
           probe.address.without_zone() == address.without_zone() &&
           (address.is_v4() || !address.is_link_local() || probe.path.interface == interface);
  });
  if (found == probes_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - probes_.begin());
}

Instant LossProbes::take(std::size_t probe) {
  settle(probes_[probe]);
  return probes_[probe].sent;
}

}  // namespace portolan::engine
