// Network UPS Tools: "VER" is answered by the server's name and version (RFC 9271 §4.2), "LIST UPS" by what it looks
// after (the same), what is no command by an error.
#include <array>
#include <span>

#include "identify/readers/asked/head.h"
#include "identify/readers/asked/refused.h"
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

// Of a refusal: "GET" is a word of its own, which HTTP has as well.
constexpr std::string_view error = "ERR ";
bool is_refusal(std::string_view line) { return line == "ERR UNKNOWN-COMMAND" || line == "ERR INVALID-ARGUMENT"; }

// `turns` begin with the question for the version.
Reading read_upsd(const Talk& talk, std::span<const Turn> turns) {
  const auto line = first_line(past_lines(turns.front().heard, error));
  if (!line) return unfinished(talk);
  if (!line->text.starts_with(begin) || !is_printable(line->text)) return {};
  const auto words = words_of(line->text.substr(begin.size()));
  if (words.empty() || !is_version(words.front())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Network UPS Tools upsd";
  reading.facts.version = words.front();
  reading.facts.device = "power-device";
  if (turns.size() == 1) {
    reading.say = ask_devices;
    return reading;
  }
  const std::string_view list = turns[1].heard;
  const bool whole = list.ends_with("END LIST UPS\n") || list.starts_with("ERR ");
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (const std::string names = devices_in(list); !names.empty()) reading.facts.extra = "UPS: " + names;
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said == ask) return read_upsd(talk, talk.turns);
  const auto line = first_line(talk.first());
  if (!line || !is_refusal(line->text)) return {};
  if (talk.turns.size() > 1) return talk.turns[1].said == ask ? read_upsd(talk, talk.turns.subspan(1)) : Reading{};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.say = ask;
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
