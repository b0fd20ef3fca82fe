// Source engine: who are you? Most servers want the question again with a number that they send, which is an answer.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{27015};
constexpr std::uint32_t whole = 0xffff'ffff;
constexpr std::uint32_t split = 0xffff'fffe;
constexpr std::uint8_t info_request = 'T';
constexpr std::uint8_t challenge = 'A';
constexpr std::uint8_t info = 'I';
constexpr std::uint8_t info_of_gold_source = 'm';
constexpr std::string_view query = "Source Engine Query";

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.u32(whole).u8(info_request).text(query).u8(0).size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint32_t head = r.u32();
  const std::uint8_t type = r.u8();
  if (!r.ok()) return Match::other;
  if (head == split) return Match::genuine;
  const bool known = type == challenge || type == info || type == info_of_gold_source;
  return head == whole && known ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint32_t head = r.u32();
  if (head != whole || r.u8() != info_request) return 0;
  wire::Writer w{out};
  return w.u32(whole).u8(challenge).u32(1).size();
}

}  // namespace

constinit const Payload a2s{.name = "a2s",
                            .document = "Valve developer wiki, Server queries",
                            .ports = ports,
                            .build = build,
                            .match = match,
                            .answer = answer};

}  // namespace portolan::payload
