// A filter's words, as a shell hands them over, to one text.
#include <algorithm>
#include <array>

#include "sockets/filter/filter.h"

namespace portolan::sockets {
namespace {

constexpr std::array<std::string_view, 25> before_values{
    "src",  "dst", "sport", "dport", "dev", "cgroup", "user", "uid", "pid", "proto", "fwmark", "state", "exclude",
    "excl", "=",   "==",    "!=",    "eq",  "ne",     "neq",  "<",   ">",   "<=",    ">=",     "lt"};

// In quotes: pieces without the one sort in that sort, and what is between them in the other.
std::string quoted(std::string_view word) {
  std::string text;
  while (!word.empty()) {
    const char quote = word.front() == '"' ? '\'' : '"';
    const std::string_view piece = word.substr(0, word.find(quote));
    text += quote;
    text += piece;
    text += quote;
    word.remove_prefix(piece.size());
  }
  return text;
}

}  // namespace

std::string filter_text_of(std::span<const std::string> words) {
  std::string text;
  std::string_view before;
  for (const std::string& word : words) {
    const bool is_value = std::ranges::find(before_values, before) != before_values.end();
    const bool has_blank = word.find_first_of(" \t\n") != std::string::npos;
    if (!text.empty()) text += ' ';
    text += is_value && has_blank ? quoted(word) : word;
    before = word;
  }
  return text;
}

}  // namespace portolan::sockets
