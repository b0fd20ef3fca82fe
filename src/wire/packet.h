// Bytes to headers. Bounds-checked and pure: any bytes in, a packet or nothing out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "net/ip_address.h"
#include "net/mac.h"
#include "net/path.h"
#include "net/port.h"

namespace portolan::wire {

using Bytes = std::span<const std::uint8_t>;

struct TcpSegment {
  net::Port source;
  net::Port destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  bool fin = false, syn = false, rst = false, ack = false;
  std::uint16_t window = 0;
  Bytes options{};  // as they stand in the header
};

// A message of ICMP or ICMPv6, whichever the packet's addresses say, that is none of those below: queries and their
// replies (RFC 792, RFC 4443 §4).
struct IcmpMessage {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  Bytes body{};  // behind these eight bytes
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
    parameter_problem,
    unknown_header,  // of ICMPv6: the host knows no such protocol (RFC 8200 §4)
  };
  Kind kind = Kind::other_unreach;
  net::IpAddress quoted_destination;  // whom we asked
  std::uint8_t quoted_protocol = 0;   // IANA number
  // The first eight bytes behind the quoted header, which is what RFC 792 promises. Whoever sent them knows how to
  // read them: TCP has its ports and sequence number there, UDP its ports, SCTP its ports and verification tag, ICMP
  // type, identifier and sequence. Of any other protocol there may be less; zeros stand for what is missing.
  std::array<std::uint8_t, 8> quote{};
  // What tells the quoted packet from others to the same host: IPv4's identification, IPv6's flow label.
  std::uint32_t quoted_mark = 0;

  [[nodiscard]] constexpr std::uint16_t quoted_u16(std::size_t at) const {
    return static_cast<std::uint16_t>(quote.at(at) << 8U | quote.at(at + 1));
  }
  [[nodiscard]] constexpr std::uint32_t quoted_u32(std::size_t at) const {
    return std::uint32_t{quoted_u16(at)} << 16U | quoted_u16(at + 2);
  }
};

struct UdpDatagram {
  net::Port source;
  net::Port destination;
  Bytes payload;
};

// The common header and the first chunk, which says what the packet is about (RFC 9260 §3).
struct SctpPacket {
  net::Port source;
  net::Port destination;
  std::uint32_t verification_tag = 0;
  std::uint8_t chunk = 0;  // type
  std::uint8_t flags = 0;  // of the chunk
  Bytes body{};            // of the chunk, behind its header
};

struct ArpRequest {
  net::IpAddress sender;
  net::Mac sender_mac;
  net::IpAddress target;
};

struct ArpReply {
  net::IpAddress sender;
  net::Mac sender_mac;
  net::IpAddress target;
};

struct NeighbourSolicitation {  // RFC 4861 §4.3
  net::IpAddress target;
};

struct NeighbourAdvertisement {  // RFC 4861 §4.4
  net::IpAddress target;
  net::Mac mac;  // target link-layer address option
};

// A transport that nothing here takes apart.
struct Other {
  std::uint8_t protocol = 0;  // IANA number
};

using Content = std::variant<TcpSegment, UdpDatagram, SctpPacket, IcmpMessage, IcmpError, ArpRequest, ArpReply,
                             NeighbourSolicitation, NeighbourAdvertisement, Other>;

struct Packet {
  net::IpAddress source;  // for ARP: its sender
  net::IpAddress destination;
  std::uint8_t ttl = 0;  // TTL or hop limit as it arrived; 0 for ARP
  Content content;
  Bytes transport{};  // header and payload as they came; what the link has cut off is missing. ARP: all of it
};

// Packets that begin at the network header; what comes out points into `bytes`. Nothing for what is malformed, cut
// short or a fragment beyond the first. Transport checksums are not verified: the kernel offloads them on local
// links, so that only the link knows whether there is one (is_damaged).
std::optional<Packet> parse(net::EtherType type, Bytes bytes);

// Whether the checksum of an IPv4 header shows that (RFC 791 §3.1). Everything that forwards one makes it anew, and no
// link leaves it out. False for other packets, and for what was cut off.
bool has_damaged_header(net::EtherType type, Bytes bytes);

// Whether it, or the checksum of the transport, of ICMP or of ICMPv6 shows that something has changed on the way: hosts
// drop such packets (RFC 9293 §3.1). False where nobody knows: for fragments, for what was cut off, and for a mobile
// node that is away and sums its address at home (RFC 6275 §6.3).
bool is_damaged(net::EtherType type, Bytes bytes);

}  // namespace portolan::wire
