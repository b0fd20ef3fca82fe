// LCDd: "hello" is answered by "connect LCDproc <version> protocol <version> lcd wid .. hgt .." (LCDproc's developer's
// guide, "hello"), and each line that is no command by "huh?".
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/asked/refused.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{13'666};
constexpr std::string_view ask = "hello\n";

constexpr std::string_view refusal = "huh? Invalid command \"";

Reading read_hello(const Talk& talk, std::string_view heard) {
  if (!may_begin(heard, "connect LCDproc ") && !may_begin(heard, refusal)) return {};
  const auto line = first_line(heard);
  if (!line) return unfinished(talk, 256);
  const auto words = words_of(line->text);
  if (!line->text.starts_with("connect LCDproc ")) return {};
  if (words.size() < 5 || words[3] != "protocol" || !is_version(words[2]) || !is_printable(line->text)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "LCDproc LCDd";
  reading.facts.version = words[2];
  reading.facts.extra = "protocol " + std::string{words[4]};
  if (words.size() >= 10 && words[6] == "wid" && words[8] == "hgt") {
    reading.facts.extra += "; display " + std::string{words[7]} + "x" + std::string{words[9]};
  }
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said == ask) return read_hello(talk, talk.first());
  if (!may_begin(talk.first(), refusal)) return {};
  if (!first_line(talk.first())) return unfinished(talk);
  if (talk.turns.size() > 1) {
    return talk.turns.back().said == ask ? read_hello(talk, past_lines(talk.last(), refusal)) : Reading{};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.say = ask;
  return reading;
}

}  // namespace

constinit const Reader lcdd{
    .name = "lcdd",
    .service = "lcdproc",
    .document = "LCDproc developer's guide",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "bye\n",
};

}  // namespace portolan::identify
