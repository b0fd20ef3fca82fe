// DCE RPC without connections: a ping about a call that never was. A server says that it knows of none.
#include <array>
#include <bit>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{135, 34964};
constexpr std::uint8_t version = 4;
constexpr std::uint8_t ping = 1;
constexpr std::uint8_t fault = 3;
constexpr std::uint8_t working = 4;
constexpr std::uint8_t no_call = 5;
constexpr std::uint8_t reject = 6;
constexpr std::size_t header_size = 80;
constexpr std::size_t activity = 40;
constexpr std::uint16_t no_hint = 0xffff;
// The endpoint mapper (C706 appendix O), its bytes as they are in the big-endian representation that we announce.
constexpr std::array<std::uint8_t, 16> endpoint_mapper{0xe1, 0xaf, 0x83, 0x08, 0x5d, 0x1f, 0x11, 0xc9,
                                                       0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa};
constexpr std::uint32_t endpoint_mapper_version = 3;
constexpr std::size_t uuid_size = 16;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(version).u8(ping).u16(0).zeros(3).u8(0);  // flags, representation, serial number
  w.zeros(uuid_size).bytes(endpoint_mapper).u32(cookie).zeros(uuid_size - 4);
  w.u32(0).u32(endpoint_mapper_version).u32(0).u16(0).u16(no_hint).u16(no_hint).u16(0).u16(0).u8(0).u8(0);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  if (answer.size() < header_size || answer[0] != version) return Match::other;
  const std::uint8_t type = answer[1];
  if (type != working && type != no_call && type != fault && type != reject) return Match::other;
  // A server of the other representation turns the first four bytes round.
  const std::uint32_t found = wire::u32_at(answer, activity);
  return found == cookie || std::byteswap(found) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[0] != version || question[1] != ping) return 0;
  wire::Writer w{out};
  w.u8(version).u8(no_call).bytes(question.subspan(2, header_size - 2));
  return w.size();
}

}  // namespace

constinit const Payload dcerpc{.name = "dcerpc",
                               .document = "Open Group C706 §12.5",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
