#include "base/text.h"

#include <fmt/format.h>

#include <iterator>

#include "base/escape.h"

namespace portolan {
namespace {

// French has a blank before these and between quotes, and no line ends there.
bool clings(std::string_view before, std::string_view behind) {
  constexpr std::string_view closing = "\u00bb";
  if (before.ends_with("\u00ab")) return true;
  const bool is_sign =
      behind.starts_with(':') || behind.starts_with(';') || behind.starts_with('?') || behind.starts_with('!');
  if (is_sign) return behind.size() == 1 || behind[1] == ' ';
  return behind.starts_with(closing);
}

// Where a line may end first.
std::size_t end_of_word(std::string_view text) {
  std::size_t blank = text.find(' ');
  while (blank != std::string_view::npos && clings(text.substr(0, blank), text.substr(blank + 1))) {
    blank = text.find(' ', blank + 1);
  }
  return blank;
}

}  // namespace

void append_formatted(std::string& out, fmt::string_view format, fmt::format_args arguments) {
  fmt::vformat_to(std::back_inserter(out), format, arguments);
}

std::string lower_case(std::string_view text) {
  std::string folded{text};
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return folded;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t blank = end_of_word(text);
    const std::string_view word = text.substr(0, blank);
    const std::size_t columns = display_width(word);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (used != 0 && used + 1 + columns > width) {
      result += '\n';
      result.append(indent, ' ');
      used = 0;
    } else if (used != 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += columns;
  }
  return result;
}

}  // namespace portolan
