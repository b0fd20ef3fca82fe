// Chargen: lines of 72 characters, each beginning one further in the ring of printable ones (RFC 864).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{19};
constexpr std::size_t line_size = 72;
constexpr std::size_t with_end = line_size + 2;
constexpr std::size_t enough_lines = 3;

// With the blank or without it, as servers differ.
char next(char c, char first) { return c == '~' ? first : static_cast<char>(c + 1); }

bool is_pattern(std::string_view text, char first_of_ring) {
  char begin = text.front();
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t column = at % with_end;
    if (column == line_size || column == line_size + 1) {
      if (text[at] != (column == line_size ? '\r' : '\n')) return false;
      continue;
    }
    char expected = begin;
    if (column != 0) expected = next(text[at - 1], first_of_ring);
    if (column == 0 && at != 0) expected = next(begin, first_of_ring);
    if (text[at] != expected) return false;
    if (column == 0) begin = text[at];
  }
  return true;
}

Reading read(const Talk& talk) {
  const std::string_view heard = talk.first().substr(0, enough_lines * with_end);
  if (heard.empty()) return cut_short(talk);
  if (heard.front() < ' ' || heard.front() > '~') return {};
  if (!is_pattern(heard, ' ') && !is_pattern(heard, '!')) return {};
  if (heard.size() < enough_lines * with_end) return cut_short(talk);
  return {.is = Reading::Is::yes, .confidence = documented};
}

}  // namespace

constinit const Reader chargen{
    .name = "chargen",
    .service = "chargen",
    .document = "RFC 864",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
