#include "engine/host_walk.h"

#include <utility>

namespace portolan::engine {
namespace {

// Link-local addresses are only unique together with their link.
net::IpAddress with_link(const net::IpAddress& address, std::uint32_t interface) {
  const bool needs_link = !address.is_v4() && address.is_link_local();
  return needs_link ? address.with_zone(interface) : address.without_zone();
}

constexpr std::size_t first_slots = 64;

}  // namespace

WalkTable::WalkTable(HashKey key) : key_{key}, slots_(first_slots) {}

WalkHandle WalkTable::add(const WalkTarget& target) {
  const std::uint32_t walk = walks_.add();
  walks_[walk].target = &target;
  walks_[walk].serial = ++last_serial_;
  if (2 * (indexed_ + 1) > slots_.size()) grow();
  insert(walk);
  return {walk, last_serial_};
}

void WalkTable::remove(std::uint32_t walk) {
  erase(walk);
  walks_.remove(walk);
}

net::IpAddress WalkTable::key_of(std::uint32_t walk) const {
  const WalkTarget& target = *(*this)[walk].target;
  return with_link(target.address, target.path->interface);
}

std::size_t WalkTable::start(const net::IpAddress& address) const {
  return static_cast<std::size_t>(siphash(key_, address.bytes())) & (slots_.size() - 1);
}

void WalkTable::insert(std::uint32_t walk) {
  const net::IpAddress key = key_of(walk);
  std::size_t at = start(key);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (key_of(slots_[at] - 1) == key) return;
  }
  slots_[at] = walk + 1;
  ++indexed_;
}

// Open addressing without tombstones: whoever stood behind the gap and may stand in it moves up (Knuth 6.4, R).
void WalkTable::erase(std::uint32_t walk) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = start(key_of(walk));
  while (slots_[gap] != walk + 1) {
    if (slots_[gap] == 0) return;  // it was never in the index
    gap = (gap + 1) & mask;
  }
  for (std::size_t at = (gap + 1) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = start(key_of(slots_[at] - 1));
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = 0;
  --indexed_;
}

void WalkTable::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint32_t>(2 * slots_.size()));
  indexed_ = 0;
  for (const std::uint32_t slot : old) {
    if (slot != 0) insert(slot - 1);
  }
}

std::optional<std::uint32_t> WalkTable::find(const net::IpAddress& address, std::uint32_t interface) const {
  const net::IpAddress key = with_link(address, interface);
  for (std::size_t at = start(key); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (key_of(slots_[at] - 1) == key) return slots_[at] - 1;
  }
  return std::nullopt;
}

}  // namespace portolan::engine
