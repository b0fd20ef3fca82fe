// Time: how many seconds since 1900? The answer is that number and nothing else.
#include <array>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{37};
constexpr std::size_t size = 4;
constexpr std::uint32_t year_1970 = 2'208'988'800;

Match match(std::uint32_t, Bytes answer) {
  // inetd of GNU sends the number as wide as its machine has it, the rest zero.
  const bool wide = answer.size() == 2 * size && wire::u32_at(answer, size) == 0;
  return answer.size() == size || wide ? Match::genuine : Match::other;
}

std::size_t answer(Bytes, Buffer out) { return wire::Writer{out}.u32(year_1970).size(); }

}  // namespace

constinit const Payload time{.name = "time",
                             .document = "RFC 868",
                             .ports = ports,
                             .build = build_any_datagram,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
