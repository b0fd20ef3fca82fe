// POP3: "+OK" greets (RFC 1939 §4), and CAPA may name the program (RFC 2449 §6.9).
#include <algorithm>
#include <array>

#include "identify/details.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{110};
constexpr std::array<std::uint16_t, 1> tls_ports{995};
constexpr std::string_view ok = "+OK";
constexpr std::string_view ask = "CAPA\r\n";
constexpr std::string_view implementation = "IMPLEMENTATION ";

// RFC 2449 §5: one a line, behind the first, up to a point.
void tell_capabilities(std::string_view answer, Facts& facts) {
  std::string all;
  const auto lines = lines_of(answer);
  for (std::size_t i = 1; i < lines.size() && lines[i] != "."; ++i) {
    all += (all.empty() ? "" : ", ") + std::string{trimmed(lines[i])};
  }
  add_detail(facts, "pop3-capabilities", "", all);
}

// RFC 2595 §4.
constexpr StartTlsWords tls_words{.asks = "STLS\r\n",
                                  .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    if (!first_line(heard)) return std::nullopt;
                                    return heard.starts_with(ok);
                                  },
                                  .asks_inside = ask};

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!std::string_view{first.substr(0, ok.size())}.starts_with(ok.substr(0, first.size()))) return {};
  const auto greeting = first_line(first);
  if (!greeting) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  if (greeting->text.size() > ok.size() && greeting->text[ok.size()] != ' ') return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (greeting->text.find("Dovecot") != std::string_view::npos) reading.facts.product = "Dovecot pop3d";
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return {};
  const auto is_whole = [](std::string_view answer) {
    return answer.ends_with("\r\n.\r\n") || answer.ends_with("\n.\n") || answer.starts_with("-ERR");
  };
  // Inside TLS it may be able to do more.
  std::string_view answer = last_answer_to(talk, ask);
  if (!is_whole(answer) && !talk.is_over) return {.is = Reading::Is::more};
  if (!is_whole(answer)) answer = talk.turns[1].heard;
  if (answer.starts_with(ok)) tell_capabilities(answer, reading.facts);
  for (const std::string_view line : lines_of(answer)) {
    if (!starts_with_case(line, implementation)) continue;
    const std::string_view program = trimmed(line.substr(implementation.size()));
    if (program == "Dovecot") {
      reading.facts.product = "Dovecot pop3d";
    } else {
      reading.facts.product = program;
    }
    reading.confidence = documented;
  }
  const auto lines = lines_of(talk.turns[1].heard);
  const bool offers_tls =
      std::ranges::any_of(lines, [](std::string_view line) { return lower(trimmed(line)) == "stls"; });
  if (offers_tls) go_on_into_tls(reading, talk, tls_words);
  return reading;
}

}  // namespace

constinit const Reader pop3{
    .name = "pop3",
    .service = "pop3",
    .document = "RFC 1939, RFC 2449",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 2,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
