#include "wire/packet.h"

#include <algorithm>

#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::wire {
namespace {

struct IpPart {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t ttl = 0;
  std::uint8_t protocol = 0;
  std::uint32_t mark = 0;  // identification or flow label
  Bytes payload;
  bool whole = true;             // no fragment, and nothing of it was cut off
  bool source_is_summed = true;  // and no other address in its place
};

// A link hands over at least this much of a long packet; only what is longer may say so and be cut.
constexpr std::size_t least_snapshot = 128;

enum class Extent : std::uint8_t {
  whole,   // as it arrived
  quoted,  // inside an ICMP error, which may cut it anywhere
};

std::optional<IpPart> split_ipv4(Bytes bytes, Extent extent) {
  Reader r{bytes};
  const std::uint8_t version_and_length = r.u8();
  const std::size_t header = std::size_t{version_and_length & 0x0fU} * 4;
  r.skip(1);
  const std::size_t total = r.u16();
  IpPart ip;
  ip.mark = r.u16();
  const std::uint16_t fragment = r.u16();
  ip.ttl = r.u8();
  ip.protocol = r.u8();
  r.skip(2);
  const Bytes source = r.take(4);
  const Bytes destination = r.take(4);
  if (!r.ok() || version_and_length >> 4U != 4 || header < 20 || header > bytes.size()) return std::nullopt;
  if ((fragment & 0x1fffU) != 0) return std::nullopt;  // the transport header is in the first fragment only
  ip.source = net::IpAddress::from_bytes(source);
  ip.destination = net::IpAddress::from_bytes(destination);
  // Ethernet pads short frames, so `total` may be less than what came; more is a lie unless it was cut.
  const bool fits = total >= header && (total <= bytes.size() || bytes.size() >= least_snapshot);
  if (extent == Extent::whole && !fits) return std::nullopt;
  const std::size_t end = total >= header && total < bytes.size() ? total : bytes.size();
  ip.payload = bytes.subspan(header, end - header);
  constexpr std::uint16_t more_fragments = 0x2000;
  ip.whole = total >= header && total <= bytes.size() && (fragment & more_fragments) == 0;
  return ip;
}

// Whether options of a destination hold a home address (RFC 6275 §6.3), whose sender sums that and not where it is
// away.
bool hold_home_address(Bytes header) {
  constexpr std::uint8_t padding = 0;
  constexpr std::uint8_t home_address = 0xc9;
  Reader r{header};
  r.skip(2);
  while (r.ok() && !r.rest().empty()) {
    const std::uint8_t type = r.u8();
    if (type == home_address) return true;
    if (type != padding) r.skip(r.u8());
  }
  return false;
}

// Hop-by-hop, routing, fragment and destination options may stand in front of the transport header
// (RFC 8200 §4). Bounded: each step consumes at least eight bytes.
std::optional<IpPart> split_ipv6(Bytes bytes, Extent extent) {
  Reader r{bytes};
  const std::uint32_t first_word = r.u32();
  const std::uint32_t version = first_word >> 28U;
  const std::size_t length = r.u16();
  IpPart ip;
  ip.mark = first_word & flow_label_bits;
  std::uint8_t next = r.u8();
  ip.ttl = r.u8();
  const Bytes source = r.take(16);
  const Bytes destination = r.take(16);
  if (!r.ok() || version != 6) return std::nullopt;
  const bool fits = length <= r.rest().size() || bytes.size() >= least_snapshot;
  if (extent == Extent::whole && !fits) return std::nullopt;
  ip.source = net::IpAddress::from_bytes(source);
  ip.destination = net::IpAddress::from_bytes(destination);
  ip.payload = r.rest().first(std::min(length, r.rest().size()));
  ip.whole = length <= r.rest().size();
  constexpr std::uint8_t hop_by_hop = 0;
  constexpr std::uint8_t routing = 43;
  constexpr std::uint8_t fragment = 44;
  constexpr std::uint8_t destination_options = 60;
  while (next == hop_by_hop || next == routing || next == fragment || next == destination_options) {
    // A packet of ours that asks whether the header is known has nothing in it.
    if (extent == Extent::quoted && ip.payload.empty()) break;
    Reader extension{ip.payload};
    const bool is_fragment = next == fragment;
    const bool is_for_destination = next == destination_options;
    next = extension.u8();
    const std::uint8_t units = extension.u8();
    if (is_fragment) {
      const std::uint16_t place = extension.u16();
      if ((place & 0xfff8U) != 0) return std::nullopt;
      ip.whole = ip.whole && (place & 1U) == 0;
    }
    const std::size_t size = is_fragment ? 8 : (std::size_t{units} + 1) * 8;
    if (!extension.ok() || size > ip.payload.size()) return std::nullopt;
    if (is_for_destination && hold_home_address(ip.payload.first(size))) ip.source_is_summed = false;
    ip.payload = ip.payload.subspan(size);
  }
  ip.protocol = next;
  return ip;
}

std::optional<TcpSegment> read_tcp(Bytes bytes) {
  Reader r{bytes};
  TcpSegment tcp;
  tcp.source = net::Port{r.u16()};
  tcp.destination = net::Port{r.u16()};
  tcp.sequence = r.u32();
  tcp.acknowledgement = r.u32();
  const unsigned offset = r.u8() >> 4U;
  const std::uint8_t flags = r.u8();
  tcp.window = r.u16();
  const std::size_t header = std::size_t{offset} * 4;
  if (!r.ok() || header < 20 || header > bytes.size()) return std::nullopt;
  tcp.options = bytes.subspan(20, header - 20);
  tcp.fin = (flags & 0x01U) != 0;
  tcp.syn = (flags & 0x02U) != 0;
  tcp.rst = (flags & 0x04U) != 0;
  tcp.ack = (flags & 0x10U) != 0;
  return tcp;
}

std::optional<UdpDatagram> read_udp(Bytes bytes) {
  Reader r{bytes};
  UdpDatagram udp;
  udp.source = net::Port{r.u16()};
  udp.destination = net::Port{r.u16()};
  r.skip(4);
  if (!r.ok()) return std::nullopt;
  udp.payload = r.rest();
  return udp;
}

std::optional<SctpPacket> read_sctp(Bytes bytes) {
  Reader r{bytes};
  SctpPacket sctp;
  sctp.source = net::Port{r.u16()};
  sctp.destination = net::Port{r.u16()};
  sctp.verification_tag = r.u32();
  r.skip(4);
  sctp.chunk = r.u8();
  sctp.flags = r.u8();
  constexpr std::size_t header = 4;
  const std::size_t length = r.u16();
  if (!r.ok() || length < header) return std::nullopt;
  sctp.body = r.rest().first(std::min(length - header, r.rest().size()));
  return sctp;
}

// Whether there is something here that reads the transport of the packet.
bool is_taken_apart(const IpPart& ip) {
  switch (ip.protocol) {
    case protocol_tcp:
    case protocol_udp:
    case protocol_sctp:
      return true;
    case protocol_icmp:
      return ip.source.is_v4();
    case protocol_icmpv6:
      return !ip.source.is_v4();
    default:
      return false;
  }
}

std::optional<IcmpError> read_quote(IcmpError::Kind kind, const std::optional<IpPart>& quoted) {
  if (!quoted) return std::nullopt;
  IcmpError error;
  error.kind = kind;
  error.quoted_destination = quoted->destination;
  error.quoted_protocol = quoted->protocol;
  error.quoted_mark = quoted->mark;
  const std::size_t size = std::min(quoted->payload.size(), error.quote.size());
  if (size < error.quote.size() && is_taken_apart(*quoted)) return std::nullopt;
  std::copy_n(quoted->payload.begin(), size, error.quote.begin());
  return error;
}

std::optional<IcmpMessage> read_message(Bytes bytes) {
  Reader r{bytes};
  IcmpMessage message;
  message.type = r.u8();
  message.code = r.u8();
  r.skip(2);
  message.identifier = r.u16();
  message.sequence = r.u16();
  if (!r.ok()) return std::nullopt;
  message.body = r.rest();
  return message;
}

// RFC 792, RFC 1812 §5.2.7.1
IcmpError::Kind unreachable_kind(std::uint8_t code) {
  using enum IcmpError::Kind;
  switch (code) {
    case 0:
    case 6:
    case 11:
      return net_unreach;
    case 1:
    case 7:
    case 8:
    case 12:
      return host_unreach;
    case 2:
      return proto_unreach;
    case 3:
      return port_unreach;
    case 9:
      return net_prohibited;
    case 10:
      return host_prohibited;
    case 13:
      return admin_prohibited;
    default:
      return other_unreach;
  }
}

// RFC 4443 §3.1
IcmpError::Kind unreachable_kind_v6(std::uint8_t code) {
  using enum IcmpError::Kind;
  switch (code) {
    case 0:
      return no_route;
    case 1:
      return admin_prohibited;
    case 2:
      return beyond_scope;
    case 3:
      return addr_unreach;
    case 4:
      return port_unreach;
    case 5:
      return policy_failed;
    case 6:
      return reject_route;
    default:
      return other_unreach;
  }
}

template <class T>
std::optional<Content> as_content(const std::optional<T>& part) {
  if (!part) return std::nullopt;
  return Content{*part};
}

std::optional<Content> read_icmp(Bytes bytes) {
  Reader r{bytes};
  const std::uint8_t type = r.u8();
  const std::uint8_t code = r.u8();
  r.skip(2);
  if (!r.ok()) return std::nullopt;
  switch (type) {
    case icmp_unreachable:
      r.skip(4);
      return as_content(read_quote(unreachable_kind(code), split_ipv4(r.rest(), Extent::quoted)));
    case icmp_time_exceeded:
      r.skip(4);
      return as_content(read_quote(IcmpError::Kind::time_exceeded, split_ipv4(r.rest(), Extent::quoted)));
    case icmp_parameter_problem:
      r.skip(4);
      return as_content(read_quote(IcmpError::Kind::parameter_problem, split_ipv4(r.rest(), Extent::quoted)));
    default:
      return as_content(read_message(bytes));
  }
}

std::optional<NeighbourSolicitation> read_solicitation(Reader r) {
  r.skip(4);
  const Bytes target = r.take(16);
  if (!r.ok()) return std::nullopt;
  return NeighbourSolicitation{net::IpAddress::from_bytes(target)};
}

std::optional<NeighbourAdvertisement> read_advertisement(Reader r) {
  r.skip(4);
  const Bytes target = r.take(16);
  if (!r.ok()) return std::nullopt;
  NeighbourAdvertisement advertisement{net::IpAddress::from_bytes(target), {}};
  // Options (RFC 4861 §4.6): type, length in units of eight bytes. Type 2 is the target's address.
  while (r.rest().size() >= 8) {
    const std::uint8_t type = r.u8();
    const std::size_t size = std::size_t{r.u8()} * 8;
    if (size < 8) return std::nullopt;
    const Bytes body = r.take(size - 2);
    if (!r.ok()) return std::nullopt;
    if (type != 2) continue;
    for (std::size_t i = 0; i < 6; ++i) advertisement.mac.bytes[i] = body[i];
    return advertisement;
  }
  return std::nullopt;
}

std::optional<Content> read_icmpv6(Bytes bytes) {
  Reader r{bytes};
  const std::uint8_t type = r.u8();
  const std::uint8_t code = r.u8();
  r.skip(2);
  if (!r.ok()) return std::nullopt;
  switch (type) {
    case icmpv6_neighbour_solicitation:
      return as_content(read_solicitation(r));
    case icmpv6_neighbour_advertisement:
      return as_content(read_advertisement(r));
    case icmpv6_unreachable:
      r.skip(4);
      return as_content(read_quote(unreachable_kind_v6(code), split_ipv6(r.rest(), Extent::quoted)));
    case icmpv6_time_exceeded:
      r.skip(4);
      return as_content(read_quote(IcmpError::Kind::time_exceeded, split_ipv6(r.rest(), Extent::quoted)));
    case icmpv6_parameter_problem: {
      r.skip(4);
      const bool unknown = code == icmpv6_unknown_header;
      return as_content(read_quote(unknown ? IcmpError::Kind::unknown_header : IcmpError::Kind::parameter_problem,
                                   split_ipv6(r.rest(), Extent::quoted)));
    }
    default:
      return as_content(read_message(bytes));
  }
}

std::optional<Content> read_transport(const IpPart& ip) {
  if (!is_taken_apart(ip)) return Other{ip.protocol};
  switch (ip.protocol) {
    case protocol_tcp:
      return as_content(read_tcp(ip.payload));
    case protocol_udp:
      return as_content(read_udp(ip.payload));
    case protocol_sctp:
      return as_content(read_sctp(ip.payload));
    case protocol_icmp:
      return read_icmp(ip.payload);
    case protocol_icmpv6:
      return read_icmpv6(ip.payload);
    default:
      return std::nullopt;
  }
}

std::optional<Packet> packet_of(const std::optional<IpPart>& ip) {
  if (!ip) return std::nullopt;
  const auto content = read_transport(*ip);
  if (!content) return std::nullopt;
  return Packet{ip->source, ip->destination, ip->ttl, *content, ip->payload};
}

std::optional<Packet> read_arp(Bytes bytes) {
  Reader r{bytes};
  const bool ethernet = r.u16() == 1;
  const bool ipv4 = r.u16() == 0x0800;
  const bool sizes = r.u8() == 6 && r.u8() == 4;
  const std::uint16_t operation = r.u16();
  const Bytes sender_mac = r.take(6);
  const Bytes sender_address = r.take(4);
  r.skip(6);
  const Bytes target_address = r.take(4);
  if (!r.ok() || !ethernet || !ipv4 || !sizes) return std::nullopt;
  const auto sender = net::IpAddress::from_bytes(sender_address);
  const auto target = net::IpAddress::from_bytes(target_address);
  net::Mac mac;
  std::ranges::copy(sender_mac, mac.bytes.begin());
  if (operation == arp_request) return Packet{sender, target, 0, ArpRequest{sender, mac, target}, bytes};
  if (operation == arp_reply) return Packet{sender, target, 0, ArpReply{sender, mac, target}, bytes};
  return std::nullopt;
}

}  // namespace

std::optional<Packet> parse(net::EtherType type, Bytes bytes) {
  switch (type) {
    case net::EtherType::ipv4:
      return packet_of(split_ipv4(bytes, Extent::whole));
    case net::EtherType::ipv6:
      return packet_of(split_ipv6(bytes, Extent::whole));
    case net::EtherType::arp:
      return read_arp(bytes);
  }
  return std::nullopt;
}

bool has_damaged_header(net::EtherType type, Bytes bytes) {
  if (type != net::EtherType::ipv4 || bytes.empty()) return false;
  const std::size_t header = std::size_t{bytes[0] & 0x0fU} * 4;
  return header <= bytes.size() && checksum(bytes.first(header)) != 0;
}

bool is_damaged(net::EtherType type, Bytes bytes) {
  if (has_damaged_header(type, bytes)) return true;
  std::optional<IpPart> ip;
  if (type == net::EtherType::ipv4) ip = split_ipv4(bytes, Extent::whole);
  if (type == net::EtherType::ipv6) ip = split_ipv6(bytes, Extent::whole);
  if (!ip || !ip->whole || !ip->source_is_summed || !is_taken_apart(*ip)) return false;
  switch (ip->protocol) {
    case protocol_icmp:
      return checksum(ip->payload) != 0;
    case protocol_sctp:
      return !has_sctp_checksum(ip->payload);
    case protocol_udp:
      // RFC 768: zero means that there is none.
      if (ip->payload.size() >= 8 && ip->payload[6] == 0 && ip->payload[7] == 0) return false;
      break;
    case protocol_tcp:
    case protocol_icmpv6:
      break;
    default:
      return false;
  }
  return checksum(ip->payload, pseudo_header_sum(ip->source, ip->destination, ip->protocol, ip->payload.size())) != 0;
}

}  // namespace portolan::wire
