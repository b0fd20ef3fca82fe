// Erlang's port mapper: which nodes it knows (ERTS, "Distribution protocol": NAMES_REQ).
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{4369};
constexpr std::string_view asked = "\0\x01n"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  // The port that it listens at, then "name rabbit at port 25672" a line; it closes behind them.
  const auto port = u32_at(heard, 0);
  if (port && (*port == 0 || *port > 0xffff)) return {};
  if (!talk.is_over) {
    const bool may_be = heard.empty() || heard.front() == '\0';
    return {.is = may_be ? Reading::Is::more : Reading::Is::no};
  }
  if (!port) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view nodes = heard.substr(4);
  if (!nodes.empty() && !nodes.ends_with('\n')) return {};
  constexpr std::size_t most_told = 8;
  std::size_t told = 0;
  for (const std::string_view line : lines_of(nodes)) {
    const auto words = words_of(line);
    constexpr std::size_t all_words = 5;
    if (words.size() != all_words || words[0] != "name" || words[2] != "at" || words[3] != "port") return {};
    if (!is_printable(line)) return {};
    add_detail(reading.facts, "epmd-info", words[1], words[4]);
    if (++told <= most_told) add_word(reading.facts.extra, fmt::format("node {} at port {}", words[1], words[4]));
  }
  // Four bytes alone are only as good as the port that they hold.
  if (told == 0 && *port != ports.front()) reading.confidence = inferred;
  reading.facts.product = "Erlang Port Mapper Daemon";
  return reading;
}

}  // namespace

constinit const Reader epmd{
    .name = "epmd",
    .service = "epmd",
    .document = "ERTS: distribution protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 5,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
