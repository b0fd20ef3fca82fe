// Remote desktop over UDP: a SYN, of the size that the protocol wants it to have.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3389};
constexpr std::uint32_t nothing_received = 0xffff'ffff;
constexpr std::uint16_t window = 64;
constexpr std::uint16_t syn = 0x0001;
constexpr std::uint16_t ack = 0x0004;
constexpr std::uint16_t largest_unit = 1'232;  // to which a SYN is filled up (§3.1.5.1.1)
static_assert(largest_unit <= longest);

std::size_t write(std::uint32_t received, std::uint16_t flags, std::uint32_t number, Buffer out) {
  wire::Writer w{out};
  w.u32(received).u16(window).u16(flags).u32(number).u16(largest_unit).u16(largest_unit);
  return w.zeros(largest_unit - w.size()).size();
}

std::size_t build(std::uint32_t cookie, Buffer out) { return write(nothing_received, syn, cookie, out); }

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint32_t received = r.u32();
  r.skip(2);
  const std::uint16_t flags = r.u16();
  r.skip(8);
  if (!r.ok() || (flags & (syn | ack)) != (syn | ack)) return Match::other;
  return received == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  r.skip(6);
  const std::uint16_t flags = r.u16();
  const std::uint32_t number = r.u32();
  return r.ok() && flags == syn ? write(number, syn | ack, 1, out) : 0;
}

}  // namespace

constinit const Payload rdp_udp{.name = "rdp-udp",
                                .document = "MS-RDPEUDP §2.2.2",
                                .ports = ports,
                                .build = build,
                                .match = match,
                                .answer = answer};

}  // namespace portolan::payload
