// The Java debug wire protocol: a handshake that comes back as it was sent, and then the version of the machine (JDWP
// specification, "VirtualMachine: Version"); that alone tells it from an echo.
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 2> ports{5005, 8787};
constexpr std::string_view handshake = "JDWP-Handshake";
// Eleven bytes, number 1, no flags, command 1 of set 1.
constexpr std::string_view ask_version = "\0\0\0\x0b\0\0\0\x01\0\x01\x01"sv;
constexpr std::size_t head_size = 11;

std::optional<std::string_view> take_text(std::string_view& rest) {
  const auto size = u32_at(rest, 0);
  const auto text = size ? part(rest, 4, *size) : std::nullopt;
  if (text) rest.remove_prefix(4 + text->size());
  return text;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != handshake) return {};
  std::string_view rest = talk.first();
  if (!may_begin(rest, handshake)) return {};
  if (rest.size() < handshake.size()) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  if (talk.turns.size() == 1) {
    reading.say = ask_version;
    return reading;
  }
  // What happens in the machine may be told before the answer.
  rest = talk.turns[1].heard;
  constexpr std::uint8_t is_reply = 0x80;
  constexpr std::uint32_t most = 16'384;
  for (;;) {
    const auto size = u32_at(rest, 0);
    if (size && (*size < head_size || *size > most)) return {};
    const auto packet = size ? part(rest, 0, *size) : std::nullopt;
    if (!packet) {
      // An echo has said our own words by now.
      if (!talk.is_over) return {.is = Reading::Is::more};
      return reading;
    }
    rest.remove_prefix(packet->size());
    const bool answers = *u8_at(*packet, 8) == is_reply && *u32_at(*packet, 4) == 1;
    if (!answers) {
      if (*packet == ask_version) return {};
      continue;
    }
    std::string_view body = packet->substr(head_size);
    if (*u16_at(*packet, 9) != 0) break;
    const auto description = take_text(body);
    if (!description || body.size() < 8) return {};
    body.remove_prefix(8);
    const auto version = take_text(body);
    const auto name = take_text(body);
    if (!version || !name || !is_printable(*version) || !is_printable(*name)) return {};
    reading.facts.product = *name;
    reading.facts.version = *version;
    for (const std::string_view line : lines_of(*description)) add_detail(reading.facts, "jdwp-version", "", line);
    break;
  }
  reading.confidence = documented;
  return reading;
}

}  // namespace

constinit const Reader jdwp{
    .name = "jdwp",
    .service = "jdwp",
    .document = "Java Debug Wire Protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{handshake}; },
    .read = read,
};

}  // namespace portolan::identify
