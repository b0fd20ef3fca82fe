// NMEA 0183 over TCP: sentences "$GPGGA,...*47" with a checksum, as receivers and multiplexers write them without being
// asked (IANA: nmea-0183; gpsd's "NMEA Revealed").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{10'110};
constexpr std::size_t longest = 120;
constexpr std::size_t enough = 2;
constexpr std::size_t least_tag = 5;

int digit(char c) {
  constexpr int ten = 10;
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + ten;
  return -1;
}

// All between '$' or '!' and '*' are combined by exclusive or.
bool is_sentence(std::string_view line) {
  if (line.size() > longest || (!line.starts_with('$') && !line.starts_with('!'))) return false;
  const std::size_t star = line.find('*');
  if (star == std::string_view::npos || star + 3 != line.size()) return false;
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || comma < least_tag || comma > star || !is_printable(line)) return false;
  const bool tag = std::ranges::all_of(line.substr(1, comma - 1),
                                       [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  unsigned sum = 0;
  for (const char c : line.substr(1, star - 1)) sum ^= static_cast<unsigned char>(c);
  constexpr int sixteen = 16;
  const int high = digit(line[star + 1]);
  const int low = digit(line[star + 2]);
  return tag && high >= 0 && low >= 0 && static_cast<unsigned>(high * sixteen + low) == sum;
}

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  if (!rest.empty() && rest.front() != '$' && rest.front() != '!') return {};
  std::size_t sentences = 0;
  while (const auto line = first_line(rest)) {
    rest = line->rest;
    if (!is_sentence(line->text)) return {};
    if (++sentences == enough) return {.is = Reading::Is::yes, .confidence = by_grammar};
  }
  if (rest.size() > longest) return {};
  if (!talk.is_over) return {.is = Reading::Is::more};
  return sentences > 0 ? Reading{.is = Reading::Is::yes, .confidence = inferred} : Reading{};
}

}  // namespace

constinit const Reader nmea{
    .name = "nmea",
    .service = "nmea-0183",
    .document = "NMEA 0183",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
