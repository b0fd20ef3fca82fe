// CVS's password server: what does not begin its handshake is refused in words of its own ("CVS Client/Server",
// section "How to Connect to and Authenticate Oneself to the CVS Server"). No name and no password is said.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2401};
constexpr std::string_view ask = "BEGIN NOTHING\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return {};
  const std::string_view said = talk.first();
  std::string_view text;
  for (const std::string_view line : lines_of(said)) {
    constexpr std::string_view error = "error 0 ";
    text = line.starts_with(error) ? line.substr(error.size()) : line;
    // "cvs [pserver aborted]: bad auth protocol start: BEGIN NOTHING", "cvsnt [server aborted]: ..."
    const auto words = words_of(text);
    if (words.size() < 4 || !words[0].starts_with("cvs") || !words[1].starts_with('[') || words[2] != "aborted]:") {
      continue;
    }
    if (text.find("auth protocol start") == std::string_view::npos) continue;
    Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
    reading.facts.product = "CVS pserver";
    return reading;
  }
  return may_begin(said, "cvs") || may_begin(said, "error 0 ") ? unfinished(talk) : Reading{};
}

}  // namespace

constinit const Reader cvs{
    .name = "cvs",
    .service = "cvspserver",
    .document = "The CVS client/server protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
