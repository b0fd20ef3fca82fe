// Ident: a pair of ports is answered by the same pair and USERID or ERROR (RFC 1413 §4).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{113};
constexpr std::string_view ask = "1, 1\r\n";

// What stands between colons, at most `most` parts; the last takes the rest.
std::vector<std::string_view> parts_of(std::string_view line, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    parts.push_back(trimmed(line.substr(0, colon)));
    line.remove_prefix(colon + 1);
  }
  parts.push_back(trimmed(line));
  return parts;
}

bool is_our_pair(std::string_view pair) {
  const std::size_t comma = pair.find(',');
  return comma != std::string_view::npos && trimmed(pair.substr(0, comma)) == "1" &&
         trimmed(pair.substr(comma + 1)) == "1";
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "1")) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 512);
  const auto parts = parts_of(line->text, 4);
  if (!line->rest.empty() || parts.size() < 3 || !is_our_pair(parts[0])) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (parts[1] == "ERROR") {
    if (is_printable(parts[2])) reading.facts.extra = "error " + std::string{parts[2]};
    return reading;
  }
  // Who answers for a connection that does not exist says the same to everybody.
  if (parts[1] != "USERID" || parts.size() < 4) return {};
  const std::string_view system = parts[2].substr(0, parts[2].find(','));
  if (is_printable(system)) reading.facts.extra = "system said to be " + std::string{system};
  return reading;
}

}  // namespace

constinit const Reader ident{
    .name = "ident",
    .service = "ident",
    .document = "RFC 1413",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
