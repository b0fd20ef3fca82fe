// The way to a target: what routes and neighbours say about it. Values only; os/ finds them out.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "net/ip_address.h"
#include "net/mac.h"

namespace portolan::net {

// Frames are layer 3 everywhere above os/; what the link layer needs travels
// beside them, so Ethernet, tunnels and loopback differ only here.
struct Path {
  enum class Kind : std::uint8_t {
    ethernet,  // on a link with ARP or neighbour discovery; next_hop_mac must be known to send IP
    tunnel,    // point to point or without link addresses: plain layer 3
    local,     // an address of this machine: through the kernel's own stack over loopback
  };
  Kind kind = Kind::ethernet;
  std::uint32_t interface = 0;      // index
  IpAddress source;                 // this machine's address towards the target
  Mac source_mac;                   // ethernet only
  bool on_link = false;             // the target itself is the next hop
  IpAddress next_hop;               // the gateway, or the target where on_link
  std::optional<Mac> next_hop_mac;  // from the neighbour table, or asked by the scan

  friend auto operator<=>(const Path&, const Path&) = default;
};

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806, ipv6 = 0x86dd };

}  // namespace portolan::net
