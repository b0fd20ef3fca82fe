#include "engine/lost_links.h"

#include <algorithm>
#include <chrono>

namespace portolan::engine {

using namespace std::chrono_literals;

const Duration LostLinks::patience = 2s;

void LostLinks::note(std::span<const Shot> taken, std::span<const std::size_t> refused, Instant now) {
  if (refused.empty() && doubts_.empty()) return;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const probe::Attempt& attempt = taken[i].attempt;
    const std::uint32_t interface = attempt.path.interface;
    if (refused.empty() || refused.front() != i) {
      doubts_.erase(interface);
      continue;
    }
    refused = refused.subspan(1);
    const bool lacks_zone = !attempt.target.is_v4() && attempt.target.is_link_local();
    const net::IpAddress target = lacks_zone ? attempt.target.with_zone(interface) : attempt.target;
    Doubt& doubt = doubts_.try_emplace(interface, Doubt{.at = now + patience, .target = target}).first->second;
    if (doubt.lost) doubt.at = std::min(doubt.at, now);
  }
}

std::vector<std::uint32_t> LostLinks::take_lost(Instant now) {
  std::vector<std::uint32_t> lost;
  for (auto& [interface, doubt] : doubts_) {
    if (now < doubt.at) continue;
    doubt.lost = leads_elsewhere(doubt.target, interface);
    doubt.at = doubt.lost ? Instant::max() : now + patience;
    if (doubt.lost) lost.push_back(interface);
  }
  return lost;
}

Instant LostLinks::next() const {
  Instant at = Instant::max();
  for (const auto& [interface, doubt] : doubts_) at = std::min(at, doubt.at);
  return at;
}

// Routes that cannot be asked prove nothing.
bool LostLinks::leads_elsewhere(const net::IpAddress& target, std::uint32_t interface) const {
  const auto paths = routes_.route(std::span{&target, 1});
  const auto& path = paths.front();
  return path ? path->interface != interface : path.error().code == Errc::unreachable;
}

}  // namespace portolan::engine
