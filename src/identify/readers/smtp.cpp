// SMTP: the greeting mostly names the host and often the program (RFC 5321 §4.2). What tells it from FTP, whose
// greeting has the same code, is the answer to EHLO.
#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "identify/details.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 3> ports{25, 587, 2525};
constexpr std::array<std::uint16_t, 1> tls_ports{465};
constexpr unsigned ready = 220;
constexpr unsigned not_now = 421;
constexpr unsigned not_welcome = 554;
constexpr unsigned done = 250;
constexpr std::string_view hello = "EHLO portolan.invalid\r\n";

// Words behind the protocol's name that say something about the way, and nothing about who speaks.
bool is_filler(std::string_view word) {
  constexpr std::array<std::string_view, 6> fillers{"ready", "service", "server", "mail", "at", "on"};
  const std::string small = lower(word);
  return std::ranges::find(fillers, small) != fillers.end();
}

// "mail.example ESMTP Exim 4.96 Tue, 01 Dec ...": host, protocol, program, version.
void name_program(std::string_view greeting, Facts& facts) {
  const auto words = words_of(greeting);
  if (words.empty()) return;
  const auto protocol = std::ranges::find_if(words, [](std::string_view word) {
    const std::string small = lower(word);
    return small == "esmtp" || small == "smtp" || small == "lmtp" || small == "esmtps";
  });
  if (protocol != words.begin() && words.front().find('.') != std::string_view::npos) facts.host_name = words.front();
  if (protocol == words.end()) return;
  auto word = protocol + 1;
  while (word != words.end() && is_filler(*word)) ++word;
  if (word == words.end() || !is_printable(*word)) return;
  std::string_view program = *word;
  while (program.starts_with('(')) program.remove_prefix(1);
  while (program.ends_with(')') || program.ends_with(';') || program.ends_with(',')) program.remove_suffix(1);
  // "Sendmail 8.17.1.9/8.17.1.9/Debian-2"; a date is no program.
  if (program.empty() || is_version(program)) return;
  constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  if (std::ranges::find(days, program) != days.end()) return;
  const std::size_t slash = program.find('/');
  facts.product = program.substr(0, slash);
  if (slash != std::string_view::npos && is_version(program.substr(slash + 1))) {
    facts.version = program.substr(slash + 1);
  } else if (word + 1 != words.end() && is_version(word[1])) {
    facts.version = word[1].substr(0, word[1].find_first_of("/;,"));
  }
  if (facts.product == "Postfix" && greeting.find("Debian") != std::string_view::npos) facts.system = "Linux";
}

// RFC 3207 §4.
constexpr StartTlsWords tls_words{.asks = "STARTTLS\r\n",
                                  .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    const auto reply = whole_reply(heard);
                                    if (!reply) return std::nullopt;
                                    return reply->code == ready;
                                  },
                                  .asks_inside = hello};

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto greeting = whole_reply(first);
  if (!greeting) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  // It may be FTP's as well; who looks again later is told.
  if (greeting->code == not_now) return {.turned_away = talk.turns.size() == 1 && talk.turns.front().said.empty()};
  if (greeting->code != ready && greeting->code != not_welcome) return {};
  const std::string_view line = greeting->text.front();
  const auto words = words_of(line);
  const bool says_so = std::ranges::any_of(words, [](std::string_view word) {
    return starts_with_case(word, "esmtp") || lower(word) == "smtp" || lower(word) == "lmtp";
  });
  const bool says_ftp = contains_case(first, "ftp");
  Reading reading{.is = Reading::Is::yes, .confidence = says_so ? by_grammar : inferred};
  reading.service =
      std::ranges::any_of(words, [](std::string_view word) { return lower(word) == "lmtp"; }) ? "lmtp" : "";
  name_program(line, reading.facts);
  if (talk.turns.size() == 1) {
    if (!says_so && says_ftp) return {};
    if (greeting->code == ready) reading.say = hello;
    if (!says_so) reading.is = talk.is_over || greeting->code != ready ? Reading::Is::no : Reading::Is::more;
    return reading;
  }
  if (talk.turns[1].said != hello) return {};
  // Inside TLS it may offer more.
  auto answer = whole_reply(last_answer_to(talk, hello));
  const bool is_cut = !answer && talk.upgraded;
  if (is_cut && !talk.is_over) return {.is = Reading::Is::more};
  const auto outside = whole_reply(talk.turns[1].heard);
  if (is_cut) answer = outside;
  if (!answer)
    return {.is = says_so ? Reading::Is::yes : Reading::Is::no,
            .confidence = by_grammar,
            .facts = reading.facts,
            .service = reading.service};
  if (answer->code != done) return says_so ? reading : Reading{};
  reading.confidence = documented;
  // The first line is the server's name and a greeting.
  add_detail(reading.facts, "smtp-commands", "", join(std::span{answer->text}.subspan(1), ", "));
  if (reading.facts.host_name.empty() && !words_of(answer->text.front()).empty()) {
    const std::string_view name = words_of(answer->text.front()).front();
    if (name.find('.') != std::string_view::npos && is_printable(name)) reading.facts.host_name = name;
  }
  const auto is_offer = [](std::string_view one) { return lower(trimmed(one)) == "starttls"; };
  if (outside && std::ranges::any_of(outside->text, is_offer)) go_on_into_tls(reading, talk, tls_words);
  return reading;
}

}  // namespace

constinit const Reader smtp{
    .name = "smtp",
    .service = "smtp",
    .document = "RFC 5321",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
