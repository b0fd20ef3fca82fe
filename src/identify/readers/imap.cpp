// IMAP: "* OK" greets (RFC 9051 §7.1.1), and ID may name the program (RFC 2971).
#include <array>

#include "identify/details.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{143};
constexpr std::array<std::uint16_t, 1> tls_ports{993};
constexpr std::array<std::string_view, 3> greetings{"* OK", "* PREAUTH", "* BYE"};
constexpr std::string_view ask = "a1 ID NIL\r\n";

// The string that follows a field's name in "* ID ("name" "Dovecot" "version" "2.3")"; "" where there is none.
std::string_view field_of(std::string_view answer, std::string_view name) {
  const std::string key = "\"" + std::string{name} + "\" \"";
  const std::size_t at = answer.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view value = answer.substr(at + key.size());
  const std::size_t end = value.find('"');
  return end == std::string_view::npos ? std::string_view{} : value.substr(0, end);
}

// RFC 9051 §6.2.1. A server that does not say what it can do is asked for TLS all the same: it may say no.
constexpr StartTlsWords tls_words{.asks = "a3 STARTTLS\r\n",
                                  .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    constexpr std::string_view tag = "a3 ";
                                    for (const std::string_view line : lines_of(heard)) {
                                      if (!line.starts_with(tag) || !heard.ends_with('\n')) continue;
                                      return starts_with_case(line.substr(tag.size()), "OK");
                                    }
                                    return std::nullopt;
                                  },
                                  .asks_inside = "a4 CAPABILITY\r\n"};
constexpr std::string_view capability_line = "* CAPABILITY ";

Reading read(const Talk& talk) {
  const auto greeting = first_line(talk.first());
  bool begins = false;
  for (const std::string_view one : greetings) begins = begins || one.starts_with(talk.first().substr(0, one.size()));
  if (!begins) return {};
  if (!greeting) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const std::string_view said = greeting->text;
  if (said.find("IMAP") == std::string_view::npos && said.find('[') == std::string_view::npos &&
      said.find("Dovecot") == std::string_view::npos) {
    reading.confidence = inferred;
  }
  if (said.find("Dovecot") != std::string_view::npos) reading.facts.product = "Dovecot imapd";
  if (const std::size_t at = said.find("[CAPABILITY "); at != std::string_view::npos) {
    const std::string_view list = said.substr(at + std::string_view{"[CAPABILITY "}.size());
    add_detail(reading.facts, "imap-capabilities", "", trimmed(list.substr(0, list.find(']'))));
  }
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return {};
  const std::string_view answer = talk.turns[1].heard;
  const bool whole = answer.find("a1 ") != std::string_view::npos && answer.ends_with('\n');
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (whole) reading.confidence = by_grammar;
  if (const auto name = field_of(answer, "name"); !name.empty()) {
    reading.facts.product = name == "Dovecot" ? std::string{"Dovecot imapd"} : std::string{name};
    reading.facts.version = field_of(answer, "version");
    reading.confidence = documented;
  }
  const std::string_view inside = last_answer_to(talk, tls_words.asks_inside);
  const bool asked_inside = talk.upgraded && talk.turns.back().said == tls_words.asks_inside;
  if (asked_inside && !talk.is_over && (inside.find("a4 ") == std::string_view::npos || !inside.ends_with('\n'))) {
    return {.is = Reading::Is::more};
  }
  for (const std::string_view line : lines_of(inside)) {
    if (!line.starts_with(capability_line)) continue;
    reading.facts.details.clear();
    add_detail(reading.facts, "imap-capabilities", "", trimmed(line.substr(capability_line.size())));
  }
  const bool lists = said.find("[CAPABILITY ") != std::string_view::npos;
  if (!lists || contains_case(said, " STARTTLS")) go_on_into_tls(reading, talk, tls_words);
  return reading;
}

}  // namespace

constinit const Reader imap{
    .name = "imap",
    .service = "imap",
    .document = "RFC 9051, RFC 2971",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 2,
    .read = read,
    .goodbye = "a2 LOGOUT\r\n",
};

}  // namespace portolan::identify
