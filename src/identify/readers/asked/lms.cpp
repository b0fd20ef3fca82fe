// Lyrion (Logitech) Media Server's command line: a query ends with '?', and is answered by the same words with the
// answer in its place (its technical information, "The Command Line Interface", "version").
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9090};
constexpr std::string_view ask = "version ?\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "version ")) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 128);
  const auto words = words_of(line->text);
  if (!line->rest.empty() || words.size() != 2 || !is_version(words[1]) || !is_printable(words[1])) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Logitech Media Server";
  reading.facts.version = words[1];
  return reading;
}

}  // namespace

constinit const Reader lms{
    .name = "lms",
    .service = "slimserver-cli",
    .document = "Logitech Media Server, the command line interface",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "exit\n",
};

}  // namespace portolan::identify
