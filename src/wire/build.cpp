#include "wire/build.h"

#include <algorithm>
#include <cassert>

#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::wire {
namespace {

constexpr std::size_t ipv4_header_size = 20;
constexpr std::size_t ipv6_header_size = 40;
constexpr std::uint8_t hop_limit = 64;

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

std::size_t ip_header_size(const net::IpAddress& address) {
  return address.is_v4() ? ipv4_header_size : ipv6_header_size;
}

struct IpFields {
  const net::IpAddress& source;
  const net::IpAddress& destination;
  std::uint8_t protocol;
  std::uint8_t hops;
  std::uint16_t identification;  // IPv4 only
};

void write_ip_header(const IpFields& ip, std::size_t payload_size, Buffer out) {
  Writer w{out};
  if (ip.source.is_v4()) {
    w.u8(0x45).u8(0).u16(static_cast<std::uint16_t>(ipv4_header_size + payload_size)).u16(ip.identification);
    w.u16(0).u8(ip.hops).u8(ip.protocol).u16(0);
    w.bytes(ip.source.bytes()).bytes(ip.destination.bytes());
    put_u16(out, 10, checksum(out.first(ipv4_header_size)));
  } else {
    w.u32(0x60000000).u16(static_cast<std::uint16_t>(payload_size)).u8(ip.protocol).u8(ip.hops);
    w.bytes(ip.source.bytes()).bytes(ip.destination.bytes());
  }
}

// RFC 9293 §3.1 and RFC 8200 §8.1: the addresses, the length and the protocol are summed too.
std::uint32_t pseudo_header(const IpFields& ip, std::size_t payload_size) {
  std::uint32_t sum = sum_words(ip.source.bytes(), 0);
  sum = sum_words(ip.destination.bytes(), sum);
  return sum + static_cast<std::uint32_t>(payload_size) + ip.protocol;
}

// Puts the IP header in front of the payload that already stands behind its place, and the payload's
// checksum at `checksum_at` within it.
std::size_t finish(const IpFields& ip, std::size_t payload_size, std::size_t checksum_at, bool with_pseudo_header,
                   Buffer out) {
  const std::size_t header = ip_header_size(ip.source);
  write_ip_header(ip, payload_size, out);
  const Buffer payload = out.subspan(header, payload_size);
  const std::uint32_t initial = with_pseudo_header ? pseudo_header(ip, payload_size) : 0;
  put_u16(payload, checksum_at, checksum(payload, initial));
  return header + payload_size;
}

}  // namespace

std::uint16_t checksum(std::span<const std::uint8_t> bytes, std::uint32_t initial) {
  return fold(sum_words(bytes, initial));
}

std::size_t build_tcp(const TcpFields& f, Buffer out) {
  assert(out.size() >= max_probe_size && f.source.family() == f.destination.family());
  const bool with_mss = (f.flags & syn) != 0;
  const std::size_t size = with_mss ? 24 : 20;
  Writer w{out.subspan(ip_header_size(f.source))};
  w.u16(f.source_port.value()).u16(f.destination_port.value()).u32(f.sequence).u32(f.acknowledgement);
  w.u8(static_cast<std::uint8_t>(size / 4 << 4U)).u8(f.flags).u16(1024).u16(0).u16(0);
  if (with_mss) w.u8(2).u8(4).u16(1460);
  // The identification only has to vary: it helps fragments, which a probe never becomes.
  const IpFields ip{f.source, f.destination, protocol_tcp, hop_limit, static_cast<std::uint16_t>(f.sequence >> 16U)};
  return finish(ip, size, 16, true, out);
}

std::size_t build_icmp_echo(const IcmpFields& f, Buffer out) {
  assert(out.size() >= max_probe_size && f.source.family() == f.destination.family());
  const bool v4 = f.source.is_v4();
  constexpr std::size_t size = 8 + 8;
  Writer w{out.subspan(ip_header_size(f.source))};
  w.u8(v4 ? icmp_echo_request : icmpv6_echo_request).u8(0).u16(0).u16(f.identifier).u16(f.sequence);
  w.u32(f.cookie).u32(0);
  const IpFields ip{f.source, f.destination, v4 ? protocol_icmp : protocol_icmpv6, hop_limit,
                    static_cast<std::uint16_t>(f.cookie >> 16U)};
  return finish(ip, size, 2, !v4, out);
}

std::size_t build_icmp_timestamp(const IcmpFields& f, Buffer out) {
  assert(out.size() >= max_probe_size && f.source.is_v4() && f.destination.is_v4());
  constexpr std::size_t size = 20;
  Writer w{out.subspan(ipv4_header_size)};
  w.u8(icmp_timestamp_request).u8(0).u16(0).u16(f.identifier).u16(f.sequence);
  w.u32(f.cookie).u32(0).u32(0);
  const IpFields ip{f.source, f.destination, protocol_icmp, hop_limit, static_cast<std::uint16_t>(f.cookie >> 16U)};
  return finish(ip, size, 2, false, out);
}

std::size_t build_arp_request(net::Mac source_mac, const net::IpAddress& source, const net::IpAddress& target,
                              Buffer out) {
  assert(out.size() >= max_probe_size && source.is_v4() && target.is_v4());
  Writer w{out};
  w.u16(1).u16(0x0800).u8(6).u8(4).u16(arp_request);
  w.bytes(source_mac.bytes).bytes(source.bytes()).bytes(net::Mac{}.bytes).bytes(target.bytes());
  return w.size();
}

std::size_t build_neighbour_solicitation(net::Mac source_mac, const net::IpAddress& source,
                                         const net::IpAddress& target, Buffer out) {
  assert(out.size() >= max_probe_size && !source.is_v4() && !target.is_v4());
  // RFC 4291 §2.7.1: ff02::1:ffXX:XXXX with the low 24 bits of the target.
  std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
  std::copy_n(target.bytes().begin() + 13, 3, group.begin() + 13);
  const net::IpAddress destination = net::IpAddress::v6(group);
  constexpr std::size_t size = 8 + 16 + 8;
  Writer w{out.subspan(ipv6_header_size)};
  w.u8(icmpv6_neighbour_solicitation).u8(0).u16(0).u32(0).bytes(target.bytes());
  w.u8(1).u8(1).bytes(source_mac.bytes);  // source link-layer address option
  // RFC 4861 §7.1.1: receivers discard a solicitation whose hop limit is not 255.
  const IpFields ip{source, destination, protocol_icmpv6, 255, 0};
  return finish(ip, size, 2, true, out);
}

net::Mac solicited_node_mac(const net::IpAddress& target) {
  const auto b = target.bytes();
  return net::Mac{{0x33, 0x33, 0xff, b[13], b[14], b[15]}};
}

}  // namespace portolan::wire
