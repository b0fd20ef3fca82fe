// Quake 3 and its descendants: who are you? The answer gives our challenge back.
#include <fmt/core.h>

#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 3> ports{27960, 26000, 44400};
constexpr std::string_view command = "\xff\xff\xff\xffgetinfo ";
constexpr std::string_view reply = "\xff\xff\xff\xffinfoResponse";

std::size_t build(std::uint32_t cookie, Buffer out) {
  return write_text(fmt::format("{}{}", command, hex_text(cookie)), out);
}

Match match(std::uint32_t cookie, Bytes answer) {
  const std::string_view text = as_text(answer);
  return text.starts_with(reply) ? match_hex_text(cookie, text) : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  const std::string_view text = as_text(question);
  if (!text.starts_with(command)) return 0;
  constexpr std::size_t longest_challenge = 128;
  const std::string_view challenge = text.substr(command.size(), longest_challenge);
  return write_text(fmt::format("{}\n\\challenge\\{}\\protocol\\71", reply, challenge), out);
}

}  // namespace

constinit const Payload quake3{.name = "quake3",
                               .document = "ioquake3 source, code/server/sv_main.c",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
