// NTP: what time is it? The answer gives our transmit timestamp back as its origin timestamp.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{123};
constexpr std::size_t size = 48;
// Leap indicator, version 4 and the mode (RFC 5905 figure 8).
constexpr std::uint8_t from_client = 0x23;
constexpr std::uint8_t from_server = 0x24;
constexpr std::uint8_t mode = 0x07;
constexpr std::size_t origin = 24;
constexpr std::size_t transmit = 40;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(from_client).zeros(transmit - 1).u32(cookie).u32(0);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  if (answer.size() < size || (answer[0] & mode) != (from_server & mode)) return Match::other;
  return wire::u32_at(answer, origin) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < size || (question[0] & mode) != (from_client & mode)) return 0;
  wire::Writer w{out};
  w.u8(from_server).u8(2).zeros(origin - 2).bytes(question.subspan(transmit, 8)).zeros(size - origin - 8);
  return w.size();
}

}  // namespace

constinit const Payload ntp{
    .name = "ntp", .document = "RFC 5905 §7.3", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
