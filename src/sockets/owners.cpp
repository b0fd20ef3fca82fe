#include "sockets/owners.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace portolan::sockets {
namespace {

// Inode numbers are handed out one after another, so neighbours must not share their upper bits: the golden ratio
// spreads them evenly (Knuth, The Art of Computer Programming, volume 3, 6.4).
constexpr std::uint64_t golden_ratio = 0x9E37'79B9'7F4A'7C15;

// A socket that belongs to no file: what became of it shows in its state.
NoOwner reason_without_inode(State state) {
  switch (state) {
    case State::time_wait:
      return NoOwner::time_wait;
    case State::established:
    case State::syn_recv:
    case State::new_syn_recv:
    // The peer has closed already. An orphan never stays here: close() takes it on to LAST-ACK (tcp_close_state).
    case State::close_wait:
      return NoOwner::not_accepted;
    case State::fin_wait_2:
      return NoOwner::half_closed;
    case State::fin_wait_1:
    case State::closing:
    case State::last_ack:
      return NoOwner::orphan;
    default:
      return NoOwner::kernel;
  }
}

NoOwner reason(const Row& row, const OwnerSight& sight) {
  if (row.inode == 0) return reason_without_inode(row.state);
  // Port id 0 is the kernel's end (netlink(7)).
  if (row.protocol == SocketKind::netlink && row.local_port == 0) return NoOwner::kernel;
  if (!sight.asked) return NoOwner::not_asked;
  if (!sight.possible) return NoOwner::out_of_sight;
  // Whoever the socket belongs to: those of the same user are denied, too, when they may not be traced (ssh-agent),
  // and descriptors are passed on.
  if (sight.processes_denied > 0) return NoOwner::no_privilege;
  if (!sight.whole_machine) return NoOwner::other_pid_namespace;
  return NoOwner::gone;
}

}  // namespace

std::size_t OwnerIndex::slot_of(std::uint64_t inode) const {
  std::size_t slot = (inode * golden_ratio) >> shift_;
  while (slots_[slot].inode != inode && slots_[slot].inode != 0) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

OwnerIndex::OwnerIndex(std::vector<Entry> entries, OwnerSight sight) : sight_{sight} {
  std::erase_if(entries, [](const Entry& entry) { return entry.inode == 0; });
  if (entries.empty()) return;
  assert(entries.size() < std::numeric_limits<std::uint32_t>::max());
  // At most three quarters full: a look-up ends, after one or two steps.
  const std::size_t room = std::bit_ceil(entries.size() + entries.size() / 3 + 1);
  shift_ = 64 - std::countr_zero(room);
  slots_.resize(room);

  for (const Entry& entry : entries) {
    Slot& slot = slots_[slot_of(entry.inode)];
    slot.inode = entry.inode;
    ++slot.count;
  }
  std::uint32_t next = 0;
  for (Slot& slot : slots_) {
    slot.first = next;
    next += slot.count;
    slot.count = 0;
  }
  holders_.resize(entries.size());
  for (const Entry& entry : entries) {
    Slot& slot = slots_[slot_of(entry.inode)];
    holders_[slot.first + slot.count++] = entry.holder;
  }
  for (Slot& slot : slots_) {
    const std::span<Holder> group{holders_.data() + slot.first, slot.count};
    if (group.size() > 1) {
      std::ranges::sort(group);
      slot.count -= static_cast<std::uint32_t>(std::ranges::unique(group).size());
    }
    held_ += slot.count;
  }
}

std::span<const Holder> OwnerIndex::holders_of(std::uint64_t inode) const {
  if (inode == 0 || slots_.empty()) return {};
  const Slot& slot = slots_[slot_of(inode)];
  return {holders_.data() + slot.first, slot.count};  // an empty slot counts none
}

void OwnerIndex::join(Row& row) const {
  row.holders = holders_of(row.inode);
  row.no_owner = row.holders.empty() ? reason(row, sight_) : NoOwner::has_one;
}

std::vector<OwnerIndex::Entry> OwnerIndex::entries() const {
  std::vector<Entry> all;
  all.reserve(held_);
  for (const Slot& slot : slots_) {
    for (const Holder& holder : std::span{holders_}.subspan(slot.first, slot.count))
      all.push_back({slot.inode, holder});
  }
  std::ranges::sort(all);
  return all;
}

void reconsider(Row& row, const OwnerIndex& later, bool still_listed) {
  if (row.no_owner != NoOwner::gone) return;
  later.join(row);
  if (row.no_owner == NoOwner::gone && still_listed) row.no_owner = NoOwner::kernel;
}

}  // namespace portolan::sockets
