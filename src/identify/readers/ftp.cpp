// FTP: the greeting often names the program (RFC 959 §5.4). What tells it from SMTP, whose greeting has the same code,
// is the answer to FEAT (RFC 2389), and to SYST.
#include <array>

#include "identify/details.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{21, 2121};
constexpr unsigned ready = 220;
constexpr unsigned system_type = 215;
constexpr std::string_view ask_system = "SYST\r\n";

// "(vsFTPd 3.0.3)", "ProFTPD 1.3.8 Server (Debian)", "pyftpdlib 1.5.7 ready.": a name, and behind it a version.
void name_program(const Reply& greeting, Facts& facts) {
  for (const std::string_view line : greeting.text) {
    const auto words = words_of(line);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      std::string_view version = words[i + 1];
      while (version.ends_with(')') || version.ends_with('.') || version.ends_with(',')) version.remove_suffix(1);
      if (!is_version(version) || version.find('.') == std::string_view::npos) continue;
      std::string_view name = words[i];
      while (name.starts_with('(') || name.starts_with('-')) name.remove_prefix(1);
      if (lower(name) == "version" && i > 0) name = words[i - 1];
      while (name.starts_with('(')) name.remove_prefix(1);
      if (name.empty() || !is_printable(name) || is_version(name)) continue;
      facts.product = name;
      facts.version = version;
      return;
    }
  }
}

// RFC 4217 §4. Nothing but a login could be asked inside.
constexpr StartTlsWords tls_words{.asks = "AUTH TLS\r\n", .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    constexpr unsigned agreed = 234;
                                    const auto reply = whole_reply(heard);
                                    if (!reply) return std::nullopt;
                                    return reply->code == agreed;
                                  }};

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto greeting = whole_reply(first);
  if (!greeting) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  if (greeting->code != ready) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  name_program(*greeting, reading.facts);
  const bool says_so = contains_case(first, "ftp");
  if (talk.turns.size() == 1) {
    if (!says_so) return {};
    reading.say = ask_system;
    return reading;
  }
  if (talk.turns[1].said != ask_system) return {};
  const auto answer = whole_reply(talk.turns[1].heard);
  if (!answer) return talk.is_over ? reading : Reading{.is = Reading::Is::more};
  // RFC 959: 215 NAME system type; many want a login first (530), which is FTP's as well.
  if (answer->code == system_type && !answer->text.front().empty()) {
    reading.confidence = documented;
    add_detail(reading.facts, "ftp-syst", "SYST", trimmed(answer->text.front()));
  }
  // FEAT would tell, and is one question more than asking for it.
  go_on_into_tls(reading, talk, tls_words);
  return reading;
}

}  // namespace

constinit const Reader ftp{
    .name = "ftp",
    .service = "ftp",
    .document = "RFC 959",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
