// TeamSpeak 3's ServerQuery greets with its name; it says its version to who is not logged in (TeamSpeak 3 ServerQuery
// manual: "version").
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{10'011};
constexpr std::string_view ask_version = "version\n";

// "version=3.13.7 build=1655727713 platform=Linux"
std::string_view value_of(std::string_view line, std::string_view key) {
  for (const std::string_view word : words_of(line)) {
    if (word.starts_with(key) && is_printable(word)) return word.substr(key.size());
  }
  return {};
}

Reading read(const Talk& talk) {
  constexpr std::string_view greeting = "TS3";
  if (!talk.turns.front().said.empty() || talk.first().empty() || !may_begin(talk.first(), greeting)) return {};
  const auto line = first_line(talk.first());
  if (!line) {
    const bool may_be = talk.first().size() <= greeting.size() && !talk.is_over;
    return {.is = may_be ? Reading::Is::more : Reading::Is::no};
  }
  // Lines end in LF CR.
  if (trimmed(line->text) != greeting) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.product = "TeamSpeak 3 ServerQuery";
  if (talk.turns.size() == 1) {
    const std::string_view rest = talk.first();
    const bool is_whole = rest.size() > greeting.size() + 2 && (rest.ends_with("\n\r") || rest.ends_with("\n"));
    if (!is_whole && !talk.is_over) return {.is = Reading::Is::more};
    reading.say = ask_version;
    return reading;
  }
  bool is_answered = false;
  for (const std::string_view said : lines_of(talk.turns[1].heard)) {
    const std::string_view text = trimmed(said);
    if (text.starts_with("error id=")) is_answered = true;
    if (!text.starts_with("version=")) continue;
    reading.confidence = documented;
    reading.facts.version = value_of(text, "version=");
    reading.facts.system = value_of(text, "platform=");
  }
  if (!is_answered && !talk.is_over) return {.is = Reading::Is::more};
  return reading;
}

}  // namespace

constinit const Reader teamspeak{
    .name = "teamspeak",
    .service = "ts3-query",
    .document = "TeamSpeak 3 ServerQuery manual",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 9,
    .read = read,
    .goodbye = "quit\n",
};

}  // namespace portolan::identify
