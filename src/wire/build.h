// Headers to bytes: the packets that probes send, and those that hosts send back, for who simulates them. Each writes
// one layer-3 packet into `out` and returns its length; that it fits is the caller's promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/ip_address.h"
#include "net/mac.h"
#include "net/port.h"
#include "wire/dress.h"
#include "wire/packet.h"

namespace portolan::wire {

// No packet of ours is longer: what every Ethernet carries whole. A buffer of this size holds each of them, as long
// as headers, payload and Dress::data together do not exceed it.
inline constexpr std::size_t longest_packet = 1500;

using Buffer = std::span<std::uint8_t>;

enum TcpFlag : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20 };

struct TcpFields {
  net::IpAddress source;
  net::IpAddress destination;
  net::Port source_port;  // gives way to that of the dress
  net::Port destination_port;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = syn;
  const Dress& dress = plain;
};
// With an MSS option of 1460 (RFC 9293 §3.7.1) on a SYN, as hosts expect of one.
std::size_t build_tcp(const TcpFields& fields, Buffer out);

struct UdpFields {
  net::IpAddress source;
  net::IpAddress destination;
  net::Port source_port;  // gives way to that of the dress
  net::Port destination_port;
  Bytes payload{};
  const Dress& dress = plain;
};
std::size_t build_udp(const UdpFields& fields, Buffer out);

// A packet of one chunk (RFC 9260 §3).
struct SctpFields {
  net::IpAddress source;
  net::IpAddress destination;
  net::Port source_port;  // gives way to that of the dress
  net::Port destination_port;
  std::uint32_t verification_tag = 0;
  std::uint8_t chunk = 0;  // type
  std::uint8_t flags = 0;  // of the chunk
  Bytes body{};            // of the chunk, behind its header; a multiple of four bytes
  const Dress& dress = plain;
};
std::size_t build_sctp(const SctpFields& fields, Buffer out);

// A query of ICMP or ICMPv6, whichever the addresses say, or a reply to one.
struct IcmpFields {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t type = 0;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  Bytes body{};  // behind these eight bytes
  const Dress& dress = plain;
};
std::size_t build_icmp(const IcmpFields& fields, Buffer out);

// A packet of any protocol.
struct IpFields {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint32_t mark = 0;  // IPv4: its lower half is the identification; IPv6: its lower 20 bits are the flow label
  Bytes payload{};
  const Dress& dress = plain;
};
std::size_t build_ip(const IpFields& fields, Buffer out);

// What a host or router sends back instead of an answer, in ICMP or ICMPv6, whichever the addresses say.
struct IcmpErrorFields {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  Bytes quoted{};  // the packet that it is about, from its network header on
  std::uint8_t hop_limit = 64;
};
std::size_t build_icmp_error(const IcmpErrorFields& fields, Buffer out);

// RFC 826: who has `target`? tell `sender`. And its answer: `sender` is at `sender_mac`.
std::size_t build_arp_request(net::Mac sender_mac, const net::IpAddress& sender, const net::IpAddress& target,
                              Buffer out);
std::size_t build_arp_reply(net::Mac sender_mac, const net::IpAddress& sender, net::Mac target_mac,
                            const net::IpAddress& target, Buffer out);
// RFC 4861 §4.3 solicitation, to the solicited-node multicast address of `target`, and its answer (§4.4).
std::size_t build_neighbour_solicitation(net::Mac source_mac, const net::IpAddress& source,
                                         const net::IpAddress& target, Buffer out);
std::size_t build_neighbour_advertisement(net::Mac target_mac, const net::IpAddress& target,
                                          const net::IpAddress& destination, Buffer out);

// Ethernet address that a solicitation for `target` goes to (RFC 2464 §7).
net::Mac solicited_node_mac(const net::IpAddress& target);

// RFC 1071 one's complement sum; `initial` carries a pseudo header.
std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t initial = 0);
// Whether an SCTP packet, from its common header on, has the checksum that it should have: CRC32c, which sums no
// addresses (RFC 9260 §6.8, appendix A).
bool has_sctp_checksum(Bytes packet);
// What is summed beside a transport's own bytes: the addresses, the length and the protocol (RFC 9293 §3.1, RFC 8200
// §8.1).
std::uint32_t pseudo_header_sum(const net::IpAddress& source, const net::IpAddress& destination, std::uint8_t protocol,
                                std::size_t payload_size);

}  // namespace portolan::wire
