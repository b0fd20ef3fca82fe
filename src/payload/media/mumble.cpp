// Mumble: are you there? How many users there are comes with our number.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{64738};
constexpr std::size_t question_size = 4 + 8;
constexpr std::size_t answer_size = 4 + 8 + 3 * 4;
constexpr std::size_t ident = 4;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.u32(0).u32(cookie).u32(0).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  if (answer.size() != answer_size || answer[0] != 0)
    return Match::other;  // a version of two bytes and three single ones
  return wire::u32_at(answer, ident) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != question_size || wire::u32_at(question, 0) != 0) return 0;
  constexpr std::uint32_t version = 0x0001'0304;
  wire::Writer w{out};
  return w.u32(version).bytes(question.subspan(ident, 8)).u32(0).u32(100).u32(72'000).size();
}

}  // namespace

constinit const Payload mumble{.name = "mumble",
                               .document = "Mumble protocol documentation, ping over UDP",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
