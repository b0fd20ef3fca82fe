// Cyrus MUPDATE: the banner names host, program and version behind "* OK MUPDATE" (RFC 3656 §4.1).
#include <array>
#include <optional>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3905};
constexpr std::string_view begin = "* OK MUPDATE ";

std::optional<std::string_view> quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(1, end - 1);
  text = trimmed(text.substr(end + 1));
  return value;
}

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  if (!may_begin(rest, "* ")) return {};
  while (const auto line = first_line(rest)) {
    rest = line->rest;
    // Capabilities, with their values, may come before it.
    if (!line->text.starts_with("* ") || !is_printable(line->text)) return {};
    if (!line->text.starts_with(begin)) continue;
    std::string_view text = line->text.substr(begin.size());
    const auto host = quoted(text);
    const auto program = quoted(text);
    const auto version = quoted(text);
    if (!host || !program || !version) return {};
    Reading reading{.is = Reading::Is::yes, .confidence = documented};
    reading.facts.host_name = *host;
    reading.facts.product = *program == "Cyrus" ? "Cyrus Murder" : *program;
    reading.facts.version = *version;
    return reading;
  }
  return cut_short(talk);
}

}  // namespace

constinit const Reader mupdate{
    .name = "mupdate",
    .service = "mupdate",
    .document = "RFC 3656",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "Z LOGOUT\r\n",
};

}  // namespace portolan::identify
