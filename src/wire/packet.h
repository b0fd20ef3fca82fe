// Bytes to headers. Bounds-checked and pure: any bytes in, a packet or nothing out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "net/ip_address.h"
#include "net/mac.h"
#include "net/port.h"

namespace portolan::wire {

using Bytes = std::span<const std::uint8_t>;

struct TcpSegment {
  net::Port source;
  net::Port destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  bool fin = false, syn = false, rst = false, ack = false;
};

struct IcmpEchoReply {  // ICMP type 0, ICMPv6 type 129
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::uint32_t cookie = 0;  // first four bytes of the payload; 0 when shorter
};

struct IcmpTimestampReply {  // ICMP type 14
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::uint32_t originate = 0;
};

// A router or host says that a packet of ours did not arrive, and quotes its beginning.
struct IcmpError {
  enum class Kind : std::uint8_t {
    net_unreach,
    host_unreach,
    proto_unreach,
    port_unreach,
    net_prohibited,
    host_prohibited,
    admin_prohibited,
    no_route,
    beyond_scope,
    addr_unreach,
    policy_failed,
    reject_route,
    other_unreach,
    time_exceeded,
  };
  Kind kind = Kind::other_unreach;
  net::IpAddress quoted_destination;  // whom we asked
  std::uint8_t quoted_protocol = 0;   // IANA number
  // The first eight bytes behind the quoted header: ports and sequence number for TCP, ports for
  // UDP, type, identifier and sequence for ICMP.
  net::Port quoted_source_port;
  net::Port quoted_destination_port;
  std::uint32_t quoted_sequence = 0;
};

struct UdpDatagram {
  net::Port source;
  net::Port destination;
  Bytes payload;
};

struct ArpReply {
  net::IpAddress sender;
  net::Mac sender_mac;
  net::IpAddress target;
};

struct NeighbourAdvertisement {  // RFC 4861 §4.4
  net::IpAddress target;
  net::Mac mac;  // target link-layer address option
};

using Content = std::variant<TcpSegment, UdpDatagram, IcmpEchoReply, IcmpTimestampReply, IcmpError, ArpReply,
                             NeighbourAdvertisement>;

struct Packet {
  net::IpAddress source;  // for ArpReply: its sender
  net::IpAddress destination;
  std::uint8_t ttl = 0;  // TTL or hop limit as it arrived; 0 for ARP
  Content content;
};

// Packets that begin at the network header. Nothing for what is malformed, cut short, a fragment
// beyond the first, or of a kind that no probe asks about. Transport checksums are not verified: the
// kernel offloads them on local links, and the cookie catches what is damaged.
std::optional<Packet> parse_ipv4(Bytes bytes);
std::optional<Packet> parse_ipv6(Bytes bytes);
std::optional<Packet> parse_arp(Bytes bytes);

}  // namespace portolan::wire
