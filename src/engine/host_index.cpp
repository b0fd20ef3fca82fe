#include "engine/host_index.h"

#include <bit>

namespace portolan::engine {

HostIndex::HostIndex(std::size_t hosts, HashKey key)
    : key_{key}, mask_{std::bit_ceil(2 * hosts + 2) - 1}, slots_(mask_ + 1) {}

std::size_t HostIndex::start(const net::IpAddress& address) const {
  return static_cast<std::size_t>(siphash(key_, address.bytes())) & mask_;
}

void HostIndex::insert(const net::IpAddress& address, std::uint32_t host) {
  std::size_t at = start(address);
  while (slots_[at].host_plus_one != 0) {
    if (slots_[at].address == address) return;
    at = (at + 1) & mask_;
  }
  slots_[at] = {address, host + 1};
}

std::optional<std::uint32_t> HostIndex::find(const net::IpAddress& address) const {
  for (std::size_t at = start(address); slots_[at].host_plus_one != 0; at = (at + 1) & mask_) {
    if (slots_[at].address == address) return slots_[at].host_plus_one - 1;
  }
  return std::nullopt;
}

}  // namespace portolan::engine
