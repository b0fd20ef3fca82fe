#include "engine/pace/path_evidence.h"

#include <algorithm>
#include <vector>

namespace portolan::engine {
namespace {

constexpr std::size_t several = 3;

std::size_t place_of(std::uint32_t host, std::size_t places) { return (host * 0x9e3779b1U >> 16U) % places; }

}  // namespace

void RoundTripsByHost::add(std::uint32_t host, Duration sample, Duration best) {
  Place& place = places_[place_of(host, places)];
  place.sum += sample;
  place.best += best;
  ++place.count;
  sum_ += sample;
  ++count_;
}

RoundTripsByHost::Typical RoundTripsByHost::typical() const {
  std::vector<Typical> hosts;
  for (const Place& place : places_) {
    if (place.count > 0) hosts.push_back({place.sum / place.count, place.best / place.count});
  }
  const auto middle = hosts.begin() + static_cast<std::ptrdiff_t>((hosts.size() - 1) / 2);
  std::ranges::nth_element(hosts, middle, {}, [](const Typical& host) { return host.mean - host.best; });
  return *middle;
}

void LossByHost::add(std::uint32_t host, bool lost) {
  // Of what left at several rates the present one is told: too slow costs time, too fast ports of all hosts.
  places_[place_of(host, places)].add(lost, 0);
}

LossWindow LossByHost::weighed() const {
  double asked = 0;
  double shares = 0;
  double worst = 0;
  std::size_t hosts = 0;
  for (const LossWindow& window : places_) {
    if (window.asked == 0) continue;
    ++hosts;
    asked += window.asked;
    shares += window.share();
    worst = std::max(worst, window.share());
  }
  if (hosts < 2) return {asked, shares * asked};
  return {asked, (shares - worst) / static_cast<double>(hosts - 1) * asked};
}

bool LossByHost::shows_several() const {
  const auto hosts = std::ranges::count_if(places_, [](const LossWindow& window) { return window.asked > 0; });
  return hosts >= static_cast<std::ptrdiff_t>(several);
}

bool LossByHost::tells() const { return shows_several() && weighed().tells(); }

bool LossByHost::is_bright() const {
  const LossWindow window = weighed();
  return shows_several() && window.asked > static_cast<double>(several) && window.lost == 0;
}

}  // namespace portolan::engine
