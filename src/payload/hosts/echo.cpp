// Echo: the only protocol whose answer is the question.
#include <algorithm>
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7};
constexpr std::size_t size = 8;

std::size_t build(std::uint32_t cookie, Buffer out) { return write_text(hex_text(cookie), out); }

Match match(std::uint32_t cookie, Bytes answer) {
  const auto is_hex = [](char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f'); };
  if (answer.size() != size || !std::ranges::all_of(as_text(answer), is_hex)) return Match::other;
  return match_hex_text(cookie, as_text(answer));
}

std::size_t answer(Bytes question, Buffer out) { return write_text(as_text(question), out); }

}  // namespace

constinit const Payload echo{
    .name = "echo", .document = "RFC 862", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
