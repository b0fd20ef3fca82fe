// From an address back to the host of the block that has it: a flat table, keyed so that nobody can
// choose addresses that collide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "net/ip_address.h"

namespace portolan::engine {

class HostIndex {
 public:
  HostIndex(std::size_t hosts, HashKey key);
  // `host` is at most `hosts` - 1; an address that is already there keeps its first host.
  void insert(const net::IpAddress& address, std::uint32_t host);
  [[nodiscard]] std::optional<std::uint32_t> find(const net::IpAddress& address) const;

 private:
  struct Slot {
    net::IpAddress address;
    std::uint32_t host_plus_one = 0;
  };
  [[nodiscard]] std::size_t start(const net::IpAddress& address) const;

  HashKey key_;
  std::size_t mask_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace portolan::engine
