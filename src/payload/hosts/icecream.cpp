// Icecream, which compiles for others: are you a scheduler? Asked as an old version, which gets the shortest answer.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{8765};
constexpr std::uint8_t old_version = 32;
constexpr std::size_t answer_size = 16;  // a version more and the name of the net

std::size_t build(std::uint32_t, Buffer out) { return wire::Writer{out}.u8(old_version).size(); }

Match match(std::uint32_t, Bytes answer) {
  return answer.size() == answer_size && answer[0] == old_version + 1 ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != 1 || question[0] != old_version) return 0;
  constexpr std::string_view name = "ICECREAM";
  wire::Writer w{out};
  return w.u8(old_version + 1).text(name).zeros(answer_size - 1 - name.size()).size();
}

}  // namespace

constinit const Payload icecream{.name = "icecream",
                                 .document = "icecream source, services/comm.cpp",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
