// Whois: a name in a line is asked for, lines answer, and the end of the connection ends them (RFC 3912). Registries
// write remarks behind '%' or '#', and objects as "attribute: value" (RFC 2622 §2). The name asked for is nobody's.
#include <algorithm>
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{43};
constexpr std::string_view ask = "portolan.invalid\r\n";

bool is_attribute(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::ranges::all_of(line.substr(0, colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ' ' ||
           c == '_';
  });
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || talk.first().empty()) return {};
  unsigned remarks = 0;
  unsigned others = 0;
  bool none = false;
  for (const std::string_view line : lines_of(talk.first())) {
    const std::string_view text = trimmed(line);
    if (text.empty()) continue;
    const std::string small = lower(text);
    if (text.starts_with('%') || text.starts_with('#')) {
      ++remarks;
    } else if (!is_attribute(text)) {
      ++others;
    }
    for (const std::string_view word :
         {"no match", "not found", "no entries found", "no data found", "no object found"}) {
      none = none || small.find(word) != std::string::npos;
    }
  }
  if (!talk.is_over) return {.is = Reading::Is::more};
  // "% No entries found", as the registries of addresses say it; words without such a sign may be anybody's.
  if (remarks > 0 && others == 0) return {.is = Reading::Is::yes, .confidence = none ? by_grammar : inferred};
  return {};
}

}  // namespace

constinit const Reader whois{
    .name = "whois",
    .service = "whois",
    .document = "RFC 3912, RFC 2622",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
