// spamd: "PING" is answered by "SPAMD/1.5 0 PONG" (SpamAssassin's spamd/PROTOCOL). The number is the protocol's.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{783};
constexpr std::string_view begin = "SPAMD/";
constexpr std::string_view ping = "PING SPAMC/1.2\r\n\r\n";

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), begin)) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 256);
  const auto words = words_of(line->text);
  if (words.size() < 3 || !is_version(words[0].substr(begin.size()))) return {};
  if (words[1].find_first_not_of("0123456789") != std::string_view::npos || !is_printable(line->text)) return {};
  // It complains of other words in its own; what it is it says when it is asked.
  const bool is_asked = talk.turns.front().said == ping;
  Reading reading{.is = Reading::Is::yes, .confidence = is_asked ? by_grammar : inferred};
  reading.facts.extra = "protocol " + std::string{words[0].substr(begin.size())};
  // Other filters that speak it answer in other words.
  if (words[1] == "0" && words[2] == "PONG") {
    reading.facts.product = "SpamAssassin spamd";
    reading.confidence = documented;
  }
  return reading;
}

}  // namespace

constinit const Reader spamd{
    .name = "spamd",
    .service = "spamassassin",
    .document = "SpamAssassin spamd/PROTOCOL",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 8,  // it need not be asked to be known
    .question = [](std::string_view) { return std::string{ping}; },
    .read = read,
};

}  // namespace portolan::identify
