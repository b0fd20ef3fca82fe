// STAMP, and TWAMP Light before it: a test packet, which a reflector sends back with its own numbers before ours.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{862};
constexpr std::size_t size = 44;
constexpr std::size_t times = 16;            // number, timestamp, estimate of its error
constexpr std::uint16_t smallest_error = 1;  // zero is none (RFC 4656 §4.1.2)
// Of a reflected packet: when it came, and the number that ours had.
constexpr std::size_t received = 16;
constexpr std::size_t sender_number = 24;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u32(cookie).u32(0).u32(0).u16(smallest_error).zeros(size - times + 2);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  // Without a time of arrival it is a packet sent rather than reflected.
  if (answer.size() < size || wire::u32_at(answer, received) == 0) return Match::other;
  return wire::u32_at(answer, sender_number) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < size) return 0;
  constexpr std::uint32_t year_1970 = 2'208'988'800;
  wire::Writer w{out};
  w.bytes(question.first(4)).u32(year_1970).u32(0).u16(smallest_error).u16(0).u32(year_1970).u32(0);
  w.bytes(question.first(times)).zeros(size - sender_number - times);
  return w.size();
}

}  // namespace

constinit const Payload stamp{
    .name = "stamp", .document = "RFC 8762 §4.2.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
