#include "report/resume/told.h"

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "report/resume/readers.h"
#include "report/scan/registry.h"

namespace portolan::report {
namespace {

bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// `text` begins with a backslash. How much of it stands for something else.
std::size_t escape_length(std::string_view text) {
  constexpr std::size_t byte_length = 4;  // \xHH
  if (text.starts_with("\\\\") || text.starts_with("\\\"")) return 2;
  if (text.starts_with("\\x")) return std::min(byte_length, text.size());
  if (text.starts_with("\\u{")) return std::min(text.find('}'), text.size() - 1) + 1;
  return 1;
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  bool in_quotes = false;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (is_white(c) && !in_quotes) {
      in_word = false;
      ++i;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (c == '"') {
      in_quotes = !in_quotes;
      ++i;
    } else if (c == '\\') {
      const std::string_view escape = line.substr(i, escape_length(line.substr(i)));
      const bool is_quoted = escape == "\\\\" || escape == "\\\"";
      words.back() += is_quoted ? std::string{escape.substr(1)} : unescape(escape);
      i += escape.size();
    } else {
      words.back() += c;
      ++i;
    }
  }
  return words;
}

std::optional<WholeLine> whole_line(std::string_view text, std::size_t from) {
  const std::size_t feed = text.find('\n', from);
  if (feed == std::string_view::npos) return std::nullopt;
  return WholeLine{.text = text.substr(from, feed - from), .begin = from, .end = feed + 1};
}

void add_told(ToldHosts& hosts, const net::IpAddress& address, const ToldHost& host) {
  const bool is_one_of_several = !address.is_v4() && address.is_link_local() && address.zone() == 0;
  if (!is_one_of_several) hosts[address] = host;
}

std::vector<const Format*> formats_of(std::string_view text) {
  if (text.starts_with("<?xml")) return {&xml_format};
  if (text.starts_with('{')) return {&ndjson_format};
  const auto head = head_of_lines(text);
  if (!head) return {};
  std::size_t at = whole_line(text, head->begin)->end;
  while (const auto line = whole_line(text, at)) {
    if (line->text.starts_with("Host: ") || line->text.starts_with("# Ports scanned: ")) return {&grepable_format};
    if (!line->text.starts_with("# ")) return {&normal_format};
    at = line->end;
  }
  return {&normal_format, &grepable_format};
}

Result<ReportHead> read_head(std::string_view text, const Format& format) {
  if (&format == &xml_format) return head_of_xml(text);
  if (&format == &ndjson_format) return head_of_records(text);
  return head_of_lines(text);
}

std::size_t line_of_next_head(std::string_view text, const ReportHead& head, const Format& format) {
  const std::string_view mark = &format == &xml_format      ? "<?xml "
                                : &format == &ndjson_format ? R"({"record":"start")"
                                                            : " scan initiated ";
  const std::size_t at = text.find(mark, text.find('\n', head.begin));
  if (at == std::string_view::npos) return 0;
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

ToldReport read_told(std::string_view text, const ReportHead& head, const Format& format, const ZoneOf& zone_of) {
  if (&format == &xml_format) return told_by_xml(text, head.begin);
  if (&format == &ndjson_format) return told_by_records(text, head.begin, zone_of);
  if (&format == &grepable_format) return told_by_grepable(text, head.begin, zone_of);
  return told_by_text(text, head.begin, zone_of);
}

}  // namespace portolan::report
