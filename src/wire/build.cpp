#include "wire/build.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <optional>

#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::wire {
namespace {

constexpr std::size_t ipv4_header_size = 20;
constexpr std::size_t ipv6_header_size = 40;

std::uint32_t sum_words(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += std::uint32_t{bytes[i]} << 8U | bytes[i + 1];
  if (i < bytes.size()) sum += std::uint32_t{bytes[i]} << 8U;
  return sum;
}

std::uint16_t fold(std::uint32_t sum) {
  while ((sum >> 16U) != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void put_u16(Buffer out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8U);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

std::size_t ip_header_size(const net::IpAddress& address, const Dress& dress) {
  return address.is_v4() ? ipv4_header_size + dress.ip_options.size() : ipv6_header_size;
}

struct Header {
  const net::IpAddress& source;
  const net::IpAddress& destination;
  std::uint8_t protocol;
  std::uint16_t identification;  // IPv4 only
  const Dress& dress;
  std::uint32_t flow_label = 0;                     // IPv6 only
  std::optional<std::uint8_t> hops = std::nullopt;  // instead of the dress's

  [[nodiscard]] std::size_t size() const { return ip_header_size(source, dress); }
};

void write_ip_header(const Header& ip, std::size_t payload_size, Buffer out) {
  const std::uint8_t hops = ip.hops.value_or(ip.dress.hop_limit);
  Writer w{out};
  if (ip.source.is_v4()) {
    const std::size_t header = ip.size();
    w.u8(static_cast<std::uint8_t>(0x40U | header / 4)).u8(0).u16(static_cast<std::uint16_t>(header + payload_size));
    w.u16(ip.identification).u16(0).u8(hops).u8(ip.protocol).u16(0);
    w.bytes(ip.source.bytes()).bytes(ip.destination.bytes()).bytes(ip.dress.ip_options);
    put_u16(out, 10, checksum(out.first(header)));
  } else {
    constexpr std::uint32_t version = 0x60000000;
    w.u32(version | ip.flow_label).u16(static_cast<std::uint16_t>(payload_size)).u8(ip.protocol).u8(hops);
    w.bytes(ip.source.bytes()).bytes(ip.destination.bytes());
  }
}

// Where a transport has its checksum, and what else than itself it sums.
struct Check {
  std::size_t at;
  bool with_pseudo_header;
};

// Puts the IP header in front of the transport that already stands behind its place, and the checksum into that.
std::size_t finish(const Header& ip, std::size_t size, const Check& check, Buffer out) {
  const std::size_t header = ip.size();
  write_ip_header(ip, size, out);
  const Buffer transport = out.subspan(header, size);
  const std::uint32_t initial =
      check.with_pseudo_header ? pseudo_header_sum(ip.source, ip.destination, ip.protocol, size) : 0;
  put_u16(transport, check.at, checksum(transport, initial));
  return header + size;
}

// One more than what is right, and never zero, which UDP takes for none at all.
void spoil_checksum(const Header& ip, std::size_t at, Buffer out) {
  const Buffer place = out.subspan(ip.size() + at, 2);
  const unsigned right = unsigned{place[0]} << 8U | place[1];
  put_u16(place, 0, static_cast<std::uint16_t>(right == 0xffff ? 1 : right + 1));
}

constexpr std::size_t sctp_header_size = 12;
constexpr std::size_t sctp_checksum_at = 8;
constexpr std::size_t chunk_header_size = 4;

// CRC32c (Castagnoli), bits in the order in which they are sent, for every byte.
constexpr auto crc32c_table = [] {
  constexpr std::uint32_t polynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1U ^ ((rest & 1U) != 0 ? polynomial : 0);
    table[byte] = rest;
  }
  return table;
}();

// As it stands in the packet, read like every number there, while zeros stand in its place: its lowest byte comes first
// (RFC 9260, appendix A).
std::uint32_t sctp_checksum(Bytes packet) {
  std::uint32_t rest = ~std::uint32_t{0};
  for (std::size_t i = 0; i < packet.size(); ++i) {
    const bool is_sum = i >= sctp_checksum_at && i < sctp_header_size;
    const std::uint8_t byte = is_sum ? 0 : packet[i];
    rest = rest >> 8U ^ crc32c_table[(rest ^ byte) & 0xffU];
  }
  return std::byteswap(~rest);
}

// The same as RFC 2960 §6.8 had it, over the same bytes.
std::uint32_t sctp_adler32(Bytes packet) {
  constexpr std::uint32_t largest_prime = 65'521;
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < packet.size(); ++i) {
    const bool is_sum = i >= sctp_checksum_at && i < sctp_header_size;
    low = (low + (is_sum ? 0U : packet[i])) % largest_prime;
    high = (high + low) % largest_prime;
  }
  return high << 16U | low;
}

}  // namespace

bool has_sctp_checksum(Bytes packet) {
  return packet.size() >= sctp_header_size && u32_at(packet, sctp_checksum_at) == sctp_checksum(packet);
}

std::uint32_t pseudo_header_sum(const net::IpAddress& source, const net::IpAddress& destination, std::uint8_t protocol,
                                std::size_t payload_size) {
  const std::uint32_t sum = sum_words(destination.bytes(), sum_words(source.bytes(), 0));
  return sum + static_cast<std::uint32_t>(payload_size) + protocol;
}

std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t initial) {
  return fold(sum_words(bytes, initial));
}

std::size_t build_tcp(const TcpFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const bool with_mss = (f.flags & syn) != 0;
  const unsigned words = with_mss ? 6 : 5;
  Writer w{out.subspan(ip_header_size(f.source, f.dress))};
  w.u16(f.dress.source_port.value_or(f.source_port).value()).u16(f.destination_port.value());
  w.u32(f.sequence).u32(f.acknowledgement);
  // Who resets has no room for anything, as most systems say.
  w.u8(static_cast<std::uint8_t>(words << 4U)).u8(f.flags).u16((f.flags & rst) != 0 ? 0 : 1024).u16(0).u16(0);
  if (with_mss) w.u8(2).u8(4).u16(1460);
  w.bytes(f.dress.data);
  // The identification only has to vary: it helps fragments, which a probe never becomes.
  const Header ip{f.source, f.destination, protocol_tcp, static_cast<std::uint16_t>(f.sequence >> 16U), f.dress};
  constexpr Check check{16, true};
  const std::size_t size = finish(ip, w.size(), check, out);
  if (f.dress.bad_checksum) spoil_checksum(ip, check.at, out);
  return size;
}

std::size_t build_udp(const UdpFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const std::uint16_t source_port = f.dress.source_port.value_or(f.source_port).value();
  const std::size_t length = 8 + f.payload.size() + f.dress.data.size();
  Writer w{out.subspan(ip_header_size(f.source, f.dress))};
  w.u16(source_port).u16(f.destination_port.value()).u16(static_cast<std::uint16_t>(length)).u16(0);
  w.bytes(f.payload).bytes(f.dress.data);
  const Header ip{f.source, f.destination, protocol_udp, source_port, f.dress};
  constexpr Check check{6, true};
  const std::size_t size = finish(ip, w.size(), check, out);
  // RFC 768: a sum of zero is sent as its other form, because zero means that there is none.
  const Buffer sum = out.subspan(ip_header_size(f.source, f.dress) + check.at, 2);
  if (sum[0] == 0 && sum[1] == 0) put_u16(sum, 0, 0xffff);
  if (f.dress.bad_checksum) spoil_checksum(ip, check.at, out);
  return size;
}

std::size_t build_sctp(const SctpFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const std::uint16_t source_port = f.dress.source_port.value_or(f.source_port).value();
  const std::size_t header = ip_header_size(f.source, f.dress);
  Writer w{out.subspan(header)};
  w.u16(source_port).u16(f.destination_port.value()).u32(f.verification_tag).u32(0);
  w.u8(f.chunk).u8(f.flags).u16(static_cast<std::uint16_t>(chunk_header_size + f.body.size())).bytes(f.body);
  w.bytes(f.dress.data);
  write_ip_header({f.source, f.destination, protocol_sctp, source_port, f.dress}, w.size(), out);
  const Buffer packet = out.subspan(header, w.size());
  const std::uint32_t sum = f.dress.adler32 ? sctp_adler32(packet) : sctp_checksum(packet);
  Writer{packet.subspan(sctp_checksum_at)}.u32(sum ^ (f.dress.bad_checksum ? 1U : 0U));
  return header + packet.size();
}

std::size_t build_icmp(const IcmpFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const bool v4 = f.source.is_v4();
  Writer w{out.subspan(ip_header_size(f.source, f.dress))};
  w.u8(f.type).u8(0).u16(0).u16(f.identifier).u16(f.sequence).bytes(f.body).bytes(f.dress.data);
  const Header ip{f.source, f.destination, v4 ? protocol_icmp : protocol_icmpv6, f.sequence, f.dress};
  const Check check{2, !v4};
  const std::size_t size = finish(ip, w.size(), check, out);
  if (f.dress.bad_checksum) spoil_checksum(ip, check.at, out);
  return size;
}

std::size_t build_ip(const IpFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const std::size_t header = ip_header_size(f.source, f.dress);
  Writer w{out.subspan(header)};
  w.bytes(f.payload).bytes(f.dress.data);
  write_ip_header(
      {f.source, f.destination, f.protocol, static_cast<std::uint16_t>(f.mark), f.dress, f.mark & flow_label_bits},
      w.size(), out);
  return header + w.size();
}

std::size_t build_icmp_error(const IcmpErrorFields& f, Buffer out) {
  assert(f.source.family() == f.destination.family());
  const bool v4 = f.source.is_v4();
  const Header ip{.source = f.source,
                  .destination = f.destination,
                  .protocol = v4 ? protocol_icmp : protocol_icmpv6,
                  .identification = 0,
                  .dress = plain,
                  .hops = f.hop_limit};
  Writer w{out.subspan(ip.size())};
  w.u8(f.type).u8(f.code).u16(0).u32(0).bytes(f.quoted);
  return finish(ip, w.size(), {2, !v4}, out);
}

namespace {

struct ArpFields {
  std::uint16_t operation;
  net::Mac sender_mac;
  const net::IpAddress& sender;
  net::Mac target_mac;
  const net::IpAddress& target;
};

std::size_t build_arp(const ArpFields& f, Buffer out) {
  assert(f.sender.is_v4() && f.target.is_v4());
  Writer w{out};
  w.u16(1).u16(0x0800).u8(6).u8(4).u16(f.operation);
  w.bytes(f.sender_mac.bytes).bytes(f.sender.bytes()).bytes(f.target_mac.bytes).bytes(f.target.bytes());
  return w.size();
}

// RFC 4861 §7.1: receivers discard what has another hop limit, because it has come through a router.
constexpr std::uint8_t link_hop_limit = 255;

Header on_the_link(const net::IpAddress& source, const net::IpAddress& destination) {
  return {.source = source,
          .destination = destination,
          .protocol = protocol_icmpv6,
          .identification = 0,
          .dress = plain,
          .hops = link_hop_limit};
}

}  // namespace

std::size_t build_arp_request(net::Mac sender_mac, const net::IpAddress& sender, const net::IpAddress& target,
                              Buffer out) {
  return build_arp({arp_request, sender_mac, sender, {}, target}, out);
}

std::size_t build_arp_reply(net::Mac sender_mac, const net::IpAddress& sender, net::Mac target_mac,
                            const net::IpAddress& target, Buffer out) {
  return build_arp({arp_reply, sender_mac, sender, target_mac, target}, out);
}

std::size_t build_neighbour_solicitation(net::Mac source_mac, const net::IpAddress& source,
                                         const net::IpAddress& target, Buffer out) {
  assert(!source.is_v4() && !target.is_v4());
  // RFC 4291 §2.7.1: ff02::1:ffXX:XXXX with the low 24 bits of the target.
  std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
  std::copy_n(target.bytes().begin() + 13, 3, group.begin() + 13);
  const net::IpAddress destination = net::IpAddress::v6(group);
  Writer w{out.subspan(ipv6_header_size)};
  w.u8(icmpv6_neighbour_solicitation).u8(0).u16(0).u32(0).bytes(target.bytes());
  w.u8(1).u8(1).bytes(source_mac.bytes);  // source link-layer address option
  return finish(on_the_link(source, destination), w.size(), {2, true}, out);
}

std::size_t build_neighbour_advertisement(net::Mac target_mac, const net::IpAddress& target,
                                          const net::IpAddress& destination, Buffer out) {
  assert(!target.is_v4() && !destination.is_v4());
  Writer w{out.subspan(ipv6_header_size)};
  w.u8(icmpv6_neighbour_advertisement).u8(0).u16(0).u32(0x60000000).bytes(target.bytes());  // solicited, override
  w.u8(2).u8(1).bytes(target_mac.bytes);  // target link-layer address option
  return finish(on_the_link(target, destination), w.size(), {2, true}, out);
}

net::Mac solicited_node_mac(const net::IpAddress& target) {
  const auto b = target.bytes();
  return net::Mac{{0x33, 0x33, 0xff, b[13], b[14], b[15]}};
}

}  // namespace portolan::wire
