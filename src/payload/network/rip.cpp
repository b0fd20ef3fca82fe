// RIP version 2: have you a default route? Asked for that one, a router sends one entry back rather than its table.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{520};
constexpr std::uint8_t request = 1;
constexpr std::uint8_t response = 2;
constexpr std::uint8_t version = 2;
constexpr std::uint16_t internet = 2;
constexpr std::uint32_t infinity = 16;
constexpr std::size_t header_size = 4;
constexpr std::size_t entry_size = 20;

std::size_t write(std::uint8_t command, Buffer out) {
  wire::Writer w{out};
  w.u8(command).u8(version).u16(0).u16(internet).u16(0).u32(0).u32(0).u32(0).u32(infinity);
  return w.size();
}

std::size_t build(std::uint32_t, Buffer out) { return write(request, out); }

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t command = r.u8();
  const std::uint8_t spoken = r.u8();
  r.skip(header_size - 2);
  if (!r.ok() || command != response || spoken == 0 || spoken > version) return Match::other;
  return r.rest().size() % entry_size == 0 ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  return question.size() >= header_size && question[0] == request && question[1] == version ? write(response, out) : 0;
}

}  // namespace

constinit const Payload rip{
    .name = "rip", .document = "RFC 2453 §3.9.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
