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
  const net::IpAddress key = key_of(walk);
  const std::uint32_t hash = hash_of(key);
  if (Slot& slot = slots_[slot_of(key, hash)]; slot.walk == 0) {
    slot = {walk + 1, hash};
    ++indexed_;
  }
  return {walk, last_serial_};
}

void WalkTable::remove(std::uint32_t walk) {
  erase(walk);
  walks_.remove(walk);
}

std::optional<std::uint32_t> WalkTable::find(const net::IpAddress& address, std::uint32_t interface) const {
  const net::IpAddress key = with_link(address, interface);
  const Slot& slot = slots_[slot_of(key, hash_of(key))];
  return slot.walk == 0 ? std::nullopt : std::optional{slot.walk - 1};
}

net::IpAddress WalkTable::key_of(std::uint32_t walk) const {
  const WalkTarget& target = *(*this)[walk].target;
  return with_link(target.address, target.path->interface);
}

std::uint32_t WalkTable::hash_of(const net::IpAddress& address) const {
  return static_cast<std::uint32_t>(siphash(key_, address.bytes()));
}

std::size_t WalkTable::slot_of(const net::IpAddress& key, std::uint32_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].walk != 0; at = after(at)) {
    if (slots_[at].hash == hash && key_of(slots_[at].walk - 1) == key) return at;
  }
  return at;
}

// Open addressing without tombstones: whoever stood behind the gap and may stand in it moves up (Knuth 6.4, R).
void WalkTable::erase(std::uint32_t walk) {
  const net::IpAddress key = key_of(walk);
  std::size_t gap = slot_of(key, hash_of(key));
  if (slots_[gap].walk != walk + 1) return;  // another walk to the same address is in the index
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = after(gap); slots_[at].walk != 0; at = after(at)) {
    const std::size_t home = slots_[at].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
  --indexed_;
}

void WalkTable::grow() {
  const auto old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  for (const Slot& slot : old) {
    if (slot.walk == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].walk != 0) at = after(at);
    slots_[at] = slot;
  }
}

}  // namespace portolan::engine
