// Headers to bytes: the packets that probes send. Each writes one layer-3 packet into `out` and
// returns its length; `out` must hold at least max_probe_size bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/ip_address.h"
#include "net/mac.h"
#include "net/port.h"

namespace portolan::wire {

inline constexpr std::size_t max_probe_size = 128;

using Buffer = std::span<std::uint8_t>;

enum TcpFlag : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10 };

struct TcpFields {
  net::IpAddress source;
  net::IpAddress destination;
  net::Port source_port;
  net::Port destination_port;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = syn;
};

// With an MSS option of 1460 (RFC 9293 §3.7.1) on a SYN, as hosts expect of one.
std::size_t build_tcp(const TcpFields& fields, Buffer out);

struct IcmpFields {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  std::uint32_t cookie = 0;  // echo: first payload bytes; timestamp: originate timestamp
};
std::size_t build_icmp_echo(const IcmpFields& fields, Buffer out);       // v4 or v6 by the addresses
std::size_t build_icmp_timestamp(const IcmpFields& fields, Buffer out);  // v4 only

// RFC 826 request: who has `target`? tell `source`.
std::size_t build_arp_request(net::Mac source_mac, const net::IpAddress& source, const net::IpAddress& target,
                              Buffer out);
// RFC 4861 §4.3 solicitation, to the solicited-node multicast address of `target`.
std::size_t build_neighbour_solicitation(net::Mac source_mac, const net::IpAddress& source,
                                         const net::IpAddress& target, Buffer out);

// Ethernet address that a solicitation for `target` goes to (RFC 2464 §7).
net::Mac solicited_node_mac(const net::IpAddress& target);

// RFC 1071 one's complement sum; `initial` carries a pseudo header.
std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t initial = 0);

}  // namespace portolan::wire
