#include "engine/name_lookups.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration look = 5ms;  // between two looks at what has come

}  // namespace

bool NameLookups::looks_up() const { return world_.names != nullptr && plan_.names != plan::NameLookup::never; }

bool NameLookups::wants(const Host& host) const {
  if (!looks_up()) return false;
  return host.state == model::HostState::up || plan_.depth == plan::ScanDepth::list ||
         plan_.names == plan::NameLookup::always;
}

void NameLookups::ask(const Host& host) {
  if (wants(host)) world_.names->ask(host.target.address);
}

void NameLookups::ask(const model::Trace& trace) {
  if (!looks_up()) return;
  for (const model::Hop& hop : trace.hops) {
    if (hop.address) world_.names->ask(*hop.address);
  }
}

bool NameLookups::is_pending(std::uint32_t number) const {
  if (!looks_up()) return false;
  const Host& host = hosts_[number];
  if (wants(host) && !world_.names->answer(host.target.address)) return true;
  return host.facts && host.facts->trace && std::ranges::any_of(host.facts->trace->hops, [this](const model::Hop& hop) {
           return hop.address && !world_.names->answer(*hop.address);
         });
}

void NameLookups::wait(std::uint32_t host) {
  if (!is_pending(host)) {
    ready_.push_back(host);
    return;
  }
  if (waiting_.empty()) looked_at_ = world_.clock.now();
  waiting_.push_back(host);
}

std::vector<std::uint32_t> NameLookups::take_ready() {
  const Instant now = world_.clock.now();
  if (!waiting_.empty() && now >= looked_at_ + look) {
    looked_at_ = now;
    std::erase_if(waiting_, [this](std::uint32_t host) {
      if (is_pending(host)) return false;
      ready_.push_back(host);
      return true;
    });
  }
  return std::exchange(ready_, {});
}

Instant NameLookups::wake_at() const {
  if (!ready_.empty()) return looked_at_;
  return waiting_.empty() ? Instant::max() : looked_at_ + look;
}

std::string NameLookups::name_of(const net::IpAddress& address) const {
  if (!looks_up()) return {};
  return world_.names->answer(address).value_or("");
}

}  // namespace portolan::engine
