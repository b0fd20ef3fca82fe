#include "engine/name_lookups.h"

#include <algorithm>
#include <chrono>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration grace = 500ms;
constexpr Duration look = 5ms;  // between two looks at what has come

}  // namespace

bool NameLookups::wants(const BlockHost& host) const {
  if (world_.names == nullptr || plan_.names == plan::NameLookup::never) return false;
  return host.state == model::HostState::up || plan_.depth == plan::ScanDepth::list ||
         plan_.names == plan::NameLookup::always;
}

void NameLookups::ask(const Block& block) {
  for (const BlockHost& host : block.hosts) {
    if (wants(host)) world_.names->ask(host.target.address);
  }
}

bool NameLookups::is_pending(const BlockHost& host) const {
  return wants(host) && !world_.names->answer(host.target.address);
}

void NameLookups::await(const Block& block) {
  const Instant deadline = world_.clock.now() + (waited_ ? Duration::zero() : grace);
  for (const BlockHost& host : block.hosts) {
    while (is_pending(host) && !driver_.stopped()) {
      const Instant now = world_.clock.now();
      if (now >= deadline) {
        waited_ = true;
        return;
      }
      (void)world_.link.receive(std::min(deadline, now + look));
      if (world_.control != nullptr) (void)world_.control->progress_due();  // heard, or it would keep waking us
    }
  }
}

std::string NameLookups::name_of(const net::IpAddress& address) const {
  if (world_.names == nullptr || plan_.names == plan::NameLookup::never) return {};
  return world_.names->answer(address).value_or("");
}

}  // namespace portolan::engine
