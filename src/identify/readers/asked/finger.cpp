// Finger: an empty line asks who is there (RFC 1288 §2.5.1). The answer is free text; what tells it is the table that
// the programs of the BSD family print, and what is said where nobody is there.
#include <algorithm>
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{79};
constexpr std::string_view ask = "\r\n";

bool is_table_head(std::string_view line) {
  const auto words = words_of(line);
  const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  return words.size() >= 3 && (words[0] == "Login" || words[0] == "Login:") && has("Name") &&
         (has("Tty") || has("TTY") || has("Idle"));
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return {};
  const auto lines = lines_of(talk.first());
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  for (const std::string_view line : lines) {
    const std::string_view text = trimmed(line);
    if (text == "No one logged on." || text == "No one logged on") {
      reading.facts.extra = "nobody is logged on";
      return reading;
    }
    if (is_table_head(text)) {
      if (!talk.is_over) return {.is = Reading::Is::more};
      return reading;
    }
  }
  return unfinished(talk, 4'096);
}

}  // namespace

constinit const Reader finger{
    .name = "finger",
    .service = "finger",
    .document = "RFC 1288",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
