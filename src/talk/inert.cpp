#include "talk/inert.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/escape.h"

namespace portolan::talk {
namespace {

// How long a character of UTF-8 is by its first byte (RFC 3629 section 3); 1 for what begins none.
std::size_t length_by_first(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 1;
}

bool continues(unsigned char byte) { return byte >= 0x80 && byte <= 0xbf; }

// Bytes at the end that may be the beginning of a character or of CR LF.
std::size_t unfinished_bytes(std::string_view text) {
  if (text.ends_with('\r')) return 1;
  constexpr std::size_t longest_character = 4;
  for (std::size_t back = 1; back < longest_character && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (continues(byte)) continue;
    return length_by_first(byte) > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string Inert::show(std::string_view bytes) {
  std::string text = std::move(kept_);
  text += bytes;
  const std::size_t whole = text.size() - unfinished_bytes(text);
  kept_ = text.substr(whole);
  std::string_view left = std::string_view{text}.substr(0, whole);
  std::string shown;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find_first_of("\t\n"), left.size());
    std::string_view plain = left.substr(0, end);
    const bool ends_line = end < left.size() && left[end] == '\n';
    if (ends_line && plain.ends_with('\r')) plain.remove_suffix(1);
    append_terminal(shown, plain);
    shown += left.substr(end, 1);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return shown;
}

std::string Inert::rest() {
  std::string shown;
  append_terminal(shown, kept_);
  kept_.clear();
  return shown;
}

std::string told(std::string_view says) {
  constexpr std::size_t most = 200;
  if (says.size() <= most) return escape_terminal(says);
  std::string_view first = says.substr(0, most);
  first.remove_suffix(unfinished_bytes(first));
  return escape_terminal(first) + "...";
}

}  // namespace portolan::talk
