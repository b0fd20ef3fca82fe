#include "identify/transcript.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <optional>

#include "identify/text.h"

namespace portolan::identify {
namespace {

using What = TranscriptLine::What;

std::optional<unsigned> hex_digit(char c) {
  constexpr unsigned ten = 10;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + ten;
  return std::nullopt;
}

// Of \n, \x1f ... behind the backslash; nullopt where it is none.
std::optional<char> escaped(std::string_view& text) {
  constexpr std::array<std::pair<char, char>, 5> short_ones{
      {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'"', '"'}, {'\\', '\\'}}};
  if (text.empty()) return std::nullopt;
  const char which = text.front();
  text.remove_prefix(1);
  for (const auto& [letter, byte] : short_ones) {
    if (letter == which) return byte;
  }
  if (which != 'x' || text.size() < 2) return std::nullopt;
  const auto high = hex_digit(text[0]);
  const auto low = hex_digit(text[1]);
  if (!high || !low) return std::nullopt;
  text.remove_prefix(2);
  constexpr unsigned sixteen = 16;
  return static_cast<char>(*high * sixteen + *low);
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string bytes;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      bytes += c;
      continue;
    }
    const auto byte = escaped(text);
    if (!byte) return std::nullopt;
    bytes += *byte;
  }
  return bytes;
}

std::string quoted(std::string_view bytes) {
  std::string text = "\"";
  for (const char c : bytes) {
    switch (c) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '"':
      case '\\':
        text += '\\';
        text += c;
        break;
      default:
        if (c >= ' ' && c <= '~') {
          text += c;
        } else {
          text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
  }
  return text + '"';
}

std::optional<Duration> milliseconds_of(std::string_view text) {
  if (!text.ends_with("ms")) return std::nullopt;
  text.remove_suffix(2);
  constexpr std::size_t most_digits = 9;
  if (text.empty() || text.size() > most_digits) return std::nullopt;
  std::int64_t count = 0;
  constexpr std::int64_t ten = 10;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * ten + (c - '0');
  }
  return std::chrono::milliseconds{count};
}

std::optional<TranscriptLine> line_of(std::string_view text) {
  if (text == "fin") return TranscriptLine{What::fin};
  if (text == "rst") return TranscriptLine{What::rst};
  if (text == "tls{") return TranscriptLine{What::tls_begin};
  if (text.starts_with("tls{ ")) return TranscriptLine{What::tls_begin, std::string{text.substr(text.find(' ') + 1)}};
  if (text == "}") return TranscriptLine{What::tls_end};
  if (text.starts_with("wait ")) {
    const auto wait = milliseconds_of(text.substr(text.find(' ') + 1));
    if (!wait) return std::nullopt;
    return TranscriptLine{What::wait, {}, *wait};
  }
  if (text.starts_with("< ") || text.starts_with("> ")) {
    auto bytes = unquoted(text.substr(2));
    if (!bytes) return std::nullopt;
    return TranscriptLine{text.front() == '<' ? What::heard : What::said, std::move(*bytes)};
  }
  return std::nullopt;
}

}  // namespace

Result<Transcript> read_transcript(std::string_view text) {
  Transcript transcript;
  std::size_t number = 0;
  for (const std::string_view raw : lines_of(text)) {
    ++number;
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.starts_with('#')) continue;
    if (line == "udp") {
      transcript.by_datagrams = true;
      continue;
    }
    if (line.starts_with("= ")) {
      const std::string_view fact = line.substr(2);
      const std::size_t blank = fact.find(' ');
      const std::string_view value = blank == std::string_view::npos ? std::string_view{} : fact.substr(blank + 1);
      transcript.expected.emplace_back(std::string{fact.substr(0, blank)}, std::string{value});
      continue;
    }
    auto read = line_of(line);
    if (!read) return fail(Errc::parse, fmt::format("line {}: '{}' is no line of a transcript", number, line));
    transcript.lines.push_back(std::move(*read));
  }
  return transcript;
}

std::string transcript_line(const TranscriptLine& line) {
  switch (line.what) {
    case What::wait:
      return fmt::format("wait {}ms\n", std::chrono::duration_cast<std::chrono::milliseconds>(line.wait).count());
    case What::heard:
      return fmt::format("< {}\n", quoted(line.bytes));
    case What::said:
      return fmt::format("> {}\n", quoted(line.bytes));
    case What::tls_begin:
      return line.bytes.empty() || !is_printable(line.bytes) ? "tls{\n" : "tls{ " + line.bytes + "\n";
    case What::tls_end:
      return "}\n";
    case What::fin:
      return "fin\n";
    case What::rst:
      return "rst\n";
  }
  return {};
}

}  // namespace portolan::identify
