#include "sockets/filter/glob.h"

#include <cstddef>
#include <optional>

namespace portolan::sockets {
namespace {

constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// One thing of a pattern that stands for one character, and how many bytes of the pattern it takes.
struct Piece {
  bool fits = false;
  std::size_t length = 1;
};

bool in_range(char first, char last, char c) {
  const auto low = static_cast<unsigned char>(fold(first));
  const auto high = static_cast<unsigned char>(fold(last));
  const auto value = static_cast<unsigned char>(fold(c));
  return low <= value && value <= high;
}

// `pattern` begins with '['. nullopt: nothing closes it, so the bracket means itself.
std::optional<Piece> read_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool inverted = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (inverted) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) return Piece{.fits = found != inverted, .length = at + 1};
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
      high = pattern[at++];
    }
    found = found || in_range(low, high, c);
  }
  return std::nullopt;
}

// `pattern` is not empty and does not begin with a star.
Piece read_piece(std::string_view pattern, char c) {
  switch (pattern.front()) {
    case '?':
      return {.fits = true, .length = 1};
    case '[':
      if (const auto set = read_set(pattern, c)) return *set;
      return {.fits = c == '[', .length = 1};
    case '\\':
      if (pattern.size() > 1) return {.fits = fold(pattern[1]) == fold(c), .length = 2};
      return {.fits = c == '\\', .length = 1};
    default:
      return {.fits = fold(pattern.front()) == fold(c), .length = 1};
  }
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
  // Only the last star seen ever needs to take more: what an earlier one could take besides, the last can as well.
  std::optional<std::size_t> behind_star;
  std::size_t star_text = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      behind_star = ++p;
      star_text = t;
      continue;
    }
    if (p < pattern.size() && t < text.size()) {
      if (const Piece piece = read_piece(pattern.substr(p), text[t]); piece.fits) {
        p += piece.length;
        ++t;
        continue;
      }
    }
    // Behind a star everything takes exactly one character: once the text has run out, leaving it less does not help.
    if (!behind_star || t == text.size()) return false;
    p = *behind_star;
    t = ++star_text;
  }
  return true;
}

}  // namespace portolan::sockets
