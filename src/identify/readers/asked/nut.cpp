// Network UPS Tools: "VER" is answered by the server's name and version (RFC 9271 §4.2), "LIST UPS" by what it looks
// after (the same).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3493};
constexpr std::string_view ask = "VER\n";
constexpr std::string_view ask_devices = "LIST UPS\n";
constexpr std::string_view begin = "Network UPS Tools upsd ";

// "UPS name "description"" each.
std::string devices_in(std::string_view list) {
  std::string names;
  for (const std::string_view line : lines_of(list)) {
    const auto words = words_of(line);
    if (words.size() < 2 || words[0] != "UPS" || !is_printable(words[1])) continue;
    names += (names.empty() ? "" : ", ") + std::string{words[1]};
  }
  return names;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 256);
  if (!line->text.starts_with(begin) || !is_printable(line->text)) return {};
  const auto words = words_of(line->text.substr(begin.size()));
  if (words.empty() || !is_version(words.front())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Network UPS Tools upsd";
  reading.facts.version = words.front();
  reading.facts.device = "power-device";
  if (talk.turns.size() == 1) {
    reading.say = ask_devices;
    return reading;
  }
  const std::string_view list = talk.turns[1].heard;
  const bool whole = list.ends_with("END LIST UPS\n") || list.starts_with("ERR ");
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (const std::string names = devices_in(list); !names.empty()) reading.facts.extra = "UPS: " + names;
  return reading;
}

}  // namespace

constinit const Reader nut{
    .name = "nut",
    .service = "nut",
    .document = "RFC 9271",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "LOGOUT\n",
};

}  // namespace portolan::identify
