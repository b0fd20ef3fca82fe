// ManageSieve: the greeting lists capabilities, the program's name among them, and ends with OK (RFC 5804 §1.7).
#include <array>
#include <optional>

#include "identify/readers/shared.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{4190, 2000};

// A quoted string at the beginning of `text`, which is shortened by it.
std::optional<std::string> quoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

// "Dovecot Pigeonhole", "Cyrus timsieved v3.6.1": the last word may be a version.
void name_program(std::string_view said, Facts& facts) {
  const std::size_t blank = said.rfind(' ');
  if (blank == std::string_view::npos || !is_version(said.substr(blank + 1))) {
    facts.product = said;
    return;
  }
  facts.product = said.substr(0, blank);
  facts.version = said.substr(said[blank + 1] == 'v' ? blank + 2 : blank + 1);
}

// RFC 5804 §2.2: it greets anew inside.
constexpr StartTlsWords tls_words{.asks = "STARTTLS\r\n", .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    const auto line = first_line(heard);
                                    if (!line) return std::nullopt;
                                    return starts_with_case(line->text, "OK");
                                  }};

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  if (!may_begin(rest, "\"")) return {};
  Facts facts;
  bool has_sieve = false;
  bool has_name = false;
  bool offers_tls = false;
  while (const auto line = first_line(rest)) {
    rest = line->rest;
    std::string_view text = line->text;
    if (starts_with_case(text, "OK") && (text.size() == 2 || text[2] == ' ')) {
      if (!has_sieve && !has_name) return {};
      Reading reading{.is = Reading::Is::yes, .confidence = documented, .facts = std::move(facts)};
      if (offers_tls) go_on_into_tls(reading, talk, tls_words);
      return reading;
    }
    const auto name = quoted(text);
    if (!name) return {};
    std::optional<std::string> value;
    if (text.starts_with(' ')) {
      text.remove_prefix(1);
      value = quoted(text);
      if (!value) return {};
    }
    if (!text.empty()) return {};
    const std::string key = lower(*name);
    has_sieve = has_sieve || key == "sieve";
    offers_tls = offers_tls || key == "starttls";
    if (key != "implementation" || !value || !is_printable(*value)) continue;
    has_name = true;
    name_program(*value, facts);
  }
  return cut_short(talk);
}

}  // namespace

constinit const Reader managesieve{
    .name = "managesieve",
    .service = "sieve",
    .document = "RFC 5804",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "LOGOUT\r\n",
};

}  // namespace portolan::identify
