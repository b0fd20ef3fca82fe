// QUIC: a version that nobody has. A server answers with those it has and forgets us.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 3> ports{443, 853, 8443};
constexpr std::uint8_t long_header = 0x80;
constexpr std::uint8_t fixed_bit = 0x40;
constexpr std::uint32_t reserved_version = 0x1a2a3a4a;  // of the pattern 0x?a?a?a?a, RFC 9000 §15
constexpr std::uint32_t version_1 = 1;
constexpr std::uint8_t id_size = 8;
constexpr std::uint32_t id_rest = 0;
constexpr std::uint16_t smallest_answered = 1'200;  // RFC 9000 §14.1
constexpr std::uint16_t head_size = 1 + 4 + 2 * (1 + id_size) + 1 + 2;
constexpr std::uint16_t two_byte_length = 0x4000;  // RFC 9000 §16

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(long_header | fixed_bit).u32(reserved_version);
  w.u8(id_size).u32(cookie).u32(id_rest).u8(id_size).u32(cookie).u32(id_rest);
  // The rest is of the version; what has the shape of an Initial packet (§17.2.2) passes where packets are looked at.
  constexpr std::uint16_t rest = smallest_answered - head_size;
  w.u8(0).u16(two_byte_length | rest).zeros(rest);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t first = r.u8();
  const std::uint32_t version = r.u32();
  const Bytes to = r.take(r.u8());
  r.skip(r.u8());
  if (!r.ok() || (first & long_header) == 0 || version != 0) return Match::other;  // no version negotiation
  return to.size() == id_size && wire::u32_at(to, 0) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t first = r.u8();
  const std::uint32_t version = r.u32();
  const Bytes to = r.take(r.u8());
  const Bytes from = r.take(r.u8());
  if (!r.ok() || (first & long_header) == 0 || version == 0 || question.size() < smallest_answered) return 0;
  wire::Writer w{out};
  w.u8(long_header).u32(0).u8(static_cast<std::uint8_t>(from.size())).bytes(from);
  w.u8(static_cast<std::uint8_t>(to.size())).bytes(to).u32(version_1);
  return w.size();
}

}  // namespace

constinit const Payload quic{
    .name = "quic", .document = "RFC 9000 §6", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
