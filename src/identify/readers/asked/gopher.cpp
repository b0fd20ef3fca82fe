// Gopher: every answer to a selector that is no file is a menu (RFC 1436 §3.8). The selector asked for is that of the
// capabilities which some servers tell of themselves; where there are none, the answer is a menu of one error.
#include <algorithm>
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{70};
constexpr std::string_view ask = "caps.txt\r\n";
constexpr std::string_view types = "0123456789+TgIhis;dpMrwPXcflv?";

// type, what is shown, TAB, selector, TAB, host, TAB, port.
bool is_item(std::string_view line) {
  if (line.empty() || types.find(line.front()) == std::string_view::npos) return false;
  std::array<std::string_view, 3> parts;
  for (auto& part : parts) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return false;
    part = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  const std::string_view port = trimmed(line.substr(0, line.find('\t')));
  return !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
}

// "Gophered by Gophernicus/3.1.1 on Debian/12 x86_64": what is shown below a menu that it made itself.
void name_by_footer(const std::vector<std::string_view>& lines, Facts& facts) {
  constexpr std::string_view begin = "Gophered by ";
  constexpr std::string_view before_system = " on ";
  for (const std::string_view line : lines) {
    if (!line.starts_with('i')) continue;
    std::string_view shown = trimmed(line.substr(1, line.find('\t') - 1));
    if (!shown.starts_with(begin) || !is_printable(shown)) continue;
    shown.remove_prefix(begin.size());
    const std::size_t end = std::min(shown.find(' '), shown.size());
    const std::size_t slash = shown.substr(0, end).find('/');
    if (slash == std::string_view::npos || slash == 0 || !is_version(shown.substr(slash + 1))) continue;
    facts.product = shown.substr(0, slash);
    facts.version = shown.substr(slash + 1, end - slash - 1);
    if (shown.substr(end).starts_with(before_system)) facts.extra = trimmed(shown.substr(end + before_system.size()));
    return;
  }
}

std::string_view value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    const std::string_view value = trimmed(line.substr(key.size() + 1));
    return is_printable(value) ? value : std::string_view{};
  }
  return {};
}

Reading read(const Talk& talk) {
  const std::string_view said = talk.first();
  if (talk.turns.front().said == ask && may_begin(said, "CAPS")) {
    // The server's end ends it.
    if (!talk.is_over) return {.is = Reading::Is::more};
    const auto line = first_line(said);
    if (!line || line->text != "CAPS" || value_of(said, "CapsVersion").empty()) return {};
    Reading reading{.is = Reading::Is::yes, .confidence = documented};
    reading.facts.product = value_of(said, "ServerSoftware");
    if (!reading.facts.product.empty()) reading.facts.version = value_of(said, "ServerSoftwareVersion");
    if (const auto version = std::string_view{reading.facts.version}; version.find(' ') != std::string_view::npos) {
      reading.facts.version = version.substr(0, version.find(' '));
    }
    reading.facts.extra = value_of(said, "ServerArchitecture");
    return reading;
  }
  const auto line = first_line(said);
  if (!line) return talk.turns.front().said == ask ? unfinished(talk) : Reading{};
  if (!is_item(line->text)) return {};
  const auto lines = lines_of(said);
  const bool ends = said.ends_with("\n.\r\n") || said.ends_with("\n.\n");
  if (!ends && !talk.is_over) return {.is = Reading::Is::more};
  const bool all =
      std::ranges::all_of(lines, [](std::string_view each) { return each.empty() || each == "." || is_item(each); });
  if (!all) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  name_by_footer(lines, reading.facts);
  // Who asks in its own way may be told the product.
  if (talk.turns.front().said != ask && reading.facts.product.empty()) reading.confidence = inferred;
  return reading;
}

}  // namespace

constinit const Reader gopher{
    .name = "gopher",
    .service = "gopher",
    .document = "RFC 1436",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
