// The interfaces and routes of a machine as tables for people (--iflist): portolan's own, and nmap's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/dialect.h"
#include "net/ip_address.h"
#include "net/mac.h"

namespace portolan::report {

struct InterfaceLine {
  // With the length of its network; its host bits stand.
  struct Address {
    net::IpAddress address;
    unsigned length = 0;
  };
  enum class Type : std::uint8_t { ethernet, loopback, point_to_point, other };

  std::uint32_t index = 0;
  std::string name;
  Type type = Type::other;
  bool up = false;
  bool carrier = true;
  std::uint32_t mtu = 0;  // bytes
  std::optional<net::Mac> mac = {};
  std::vector<Address> addresses = {};  // in the kernel's order
};

struct RouteLine {
  net::Prefix destination;
  std::string interface;  // "" where it leads nowhere
  std::optional<net::IpAddress> gateway = {};
  std::uint32_t metric = 0;
  std::string kind = {};  // "blackhole"; "" of a usual one
  bool local = false;     // of the table that the kernel keeps of this machine's own addresses
};

struct LinkList {
  std::vector<InterfaceLine> interfaces;  // by index
  std::vector<RouteLine> routes;          // IPv4 first, the longest prefixes first
};

// Two tables with their headings. Names may be hostile.
std::string link_list_text(const LinkList& list, Dialect dialect);

}  // namespace portolan::report
