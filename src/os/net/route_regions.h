// The address space, cut into regions whose addresses the kernel routes alike: what it answers for one of them
// holds for all. Nothing is decided here. The tables only say where a decision may change, and the kernel is
// asked once a region. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/ip_address.h"
#include "os/net/netlink.h"

namespace portolan::os {

class RouteRegions {
 public:
  RouteRegions();
  // Learns from one message of a dump of routes, rules, addresses or address labels; others say nothing.
  void learn(MessageBytes message);
  // Between the last message and the first question.
  void sort();

  // A number that two addresses share only where they are routed alike; below 2^32, the families apart. None for
  // an address that has to be asked for by itself. The zone is not looked at.
  [[nodiscard]] std::optional<std::uint64_t> region_of(const net::IpAddress& address) const;
  [[nodiscard]] std::size_t size() const { return v4_.size() + v6_.size(); }

 private:
  void cut(const net::Prefix& prefix);
  void cut_around_source(const net::IpAddress& source);

  // First addresses of all regions but each family's first. Of a whole Internet's routes there are two million, so
  // they are kept short.
  using V6 = std::array<std::uint8_t, 16>;
  std::vector<std::uint32_t> v4_;
  std::vector<V6> v6_;
};

}  // namespace portolan::os
