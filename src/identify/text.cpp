#include "identify/text.h"

#include <algorithm>

namespace portolan::identify {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t code_digits = 3;

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool same_letter(char a, char b) { return lowered(a) == lowered(b); }

template <class Number>
std::optional<Number> number_at(std::string_view bytes, std::size_t offset, bool little) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Number)) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    const std::size_t place = offset + (little ? sizeof(Number) - 1 - i : i);
    number = number << 8U | static_cast<std::uint8_t>(bytes[place]);
  }
  return static_cast<Number>(number);
}

}  // namespace

std::optional<Line> first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return Line{line, text.substr(end + 1)};
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (const auto line = first_line(text)) {
    lines.push_back(line->text);
    text = line->rest;
  }
  if (!text.empty()) lines.push_back(text);
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(blanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool starts_with_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, same_letter);
}

bool contains_case(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, same_letter).empty() || part.empty();
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lowered);
  return out;
}

std::optional<unsigned> reply_code(std::string_view line) {
  if (line.size() < code_digits || !std::ranges::all_of(line.substr(0, code_digits), is_digit)) return std::nullopt;
  if (line.size() > code_digits && line[code_digits] != ' ' && line[code_digits] != '-') return std::nullopt;
  unsigned code = 0;
  for (const char digit : line.substr(0, code_digits)) code = code * 10 + static_cast<unsigned>(digit - '0');
  return code;
}

// RFC 959 §4.2 and RFC 5321 §4.2.1: the last line has a blank behind the code, or nothing.
std::optional<Reply> whole_reply(std::string_view text) {
  Reply reply;
  while (const auto line = first_line(text)) {
    text = line->rest;
    const auto code = reply_code(line->text);
    if (reply.text.empty() && !code) return std::nullopt;
    if (reply.text.empty()) reply.code = *code;
    const bool numbered = code == reply.code;
    reply.text.push_back(numbered ? line->text.substr(std::min(line->text.size(), code_digits + 1)) : line->text);
    if (numbered && (line->text.size() == code_digits || line->text[code_digits] == ' ')) return reply;
  }
  return std::nullopt;
}

bool may_be_reply(std::string_view text) {
  const std::string_view head = text.substr(0, code_digits);
  if (!std::ranges::all_of(head, is_digit)) return false;
  return text.size() <= code_digits || text[code_digits] == ' ' || text[code_digits] == '-' ||
         text[code_digits] == '\r' || text[code_digits] == '\n';
}

bool is_version(std::string_view word) {
  if (word.starts_with('v') || word.starts_with('V')) word.remove_prefix(1);
  return !word.empty() && is_digit(word.front());
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

std::optional<std::uint8_t> u8_at(std::string_view bytes, std::size_t offset) {
  return number_at<std::uint8_t>(bytes, offset, false);
}
std::optional<std::uint16_t> u16_at(std::string_view bytes, std::size_t offset) {
  return number_at<std::uint16_t>(bytes, offset, false);
}
std::optional<std::uint32_t> u32_at(std::string_view bytes, std::size_t offset) {
  return number_at<std::uint32_t>(bytes, offset, false);
}
std::optional<std::uint16_t> u16_little_at(std::string_view bytes, std::size_t offset) {
  return number_at<std::uint16_t>(bytes, offset, true);
}
std::optional<std::uint32_t> u32_little_at(std::string_view bytes, std::size_t offset) {
  return number_at<std::uint32_t>(bytes, offset, true);
}

}  // namespace portolan::identify
