// The way to a target: what routes and neighbours say about it. Values only; os/ finds them out.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/ip_address.h"
#include "net/mac.h"

namespace portolan::net {

// Frames are layer 3 everywhere above os/; what the link layer needs travels
// beside them, so Ethernet, tunnels and loopback differ only here.
struct Path {
  enum class Kind : std::uint8_t {
    ethernet,  // on a link with ARP or neighbour discovery
    kernel,    // whatever else there is: only the kernel knows how a packet gets there
    local,     // an address of this machine: through the kernel's own stack over loopback
  };
  // Why IP packets are handed to the kernel's own IP layer, which routes, wraps, filters and resolves as it does for
  // every program. Only where nothing of that is left to decide do they go onto the wire as they are, which is faster.
  enum class ByKernel : std::uint8_t {
    no,             // ethernet only; next_hop_mac must be known
    device,         // it is no Ethernet, or does without ARP
    encapsulation,  // the route wraps them (SRv6, MPLS, IP in IP)
    next_hop,       // whose family is the other one (RFC 8950)
    neighbour,      // whose link-layer address was set by hand
    ipsec,          // an IPsec policy may wrap or forbid them
    filter,         // a firewall of this machine may drop or change them
    hidden,         // this user may not see whether there is one of the two
    unread,         // the kernel failed to say whether there is one of the two, or its list is a file of another user
    connections,    // the scan asks by connections, which go this way too
    loopback,       // local only
  };
  Kind kind = Kind::ethernet;
  ByKernel by_kernel = ByKernel::no;
  std::uint32_t interface = 0;      // index
  IpAddress source;                 // this machine's address towards the target
  Mac source_mac;                   // ethernet only
  bool on_link = false;             // the target itself is the next hop
  std::uint8_t link_prefix = 0;     // on_link: bits of the network that source and target are in; 0 where unknown
  IpAddress next_hop;               // the gateway, or the target where on_link
  std::optional<Mac> next_hop_mac;  // from the neighbour table, or asked by the scan

  friend auto operator<=>(const Path&, const Path&) = default;
};

// "device", "next-hop": for records.
constexpr std::string_view name_of(Path::ByKernel why) {
  switch (why) {
    case Path::ByKernel::no:
      return "no";
    case Path::ByKernel::device:
      return "device";
    case Path::ByKernel::encapsulation:
      return "encapsulation";
    case Path::ByKernel::next_hop:
      return "next-hop";
    case Path::ByKernel::neighbour:
      return "neighbour";
    case Path::ByKernel::ipsec:
      return "ipsec";
    case Path::ByKernel::filter:
      return "filter";
    case Path::ByKernel::hidden:
      return "hidden";
    case Path::ByKernel::unread:
      return "unread";
    case Path::ByKernel::connections:
      return "connections";
    case Path::ByKernel::loopback:
      break;
  }
  return "loopback";
}

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806, ipv6 = 0x86dd };

}  // namespace portolan::net
