// NNTP: 200 or 201 greets (RFC 3977 §5.1). Others greet with the same codes; what tells is the answer to CAPABILITIES
// (§5.2), which may name the program.
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{119, 433};
constexpr std::array<std::uint16_t, 1> tls_ports{563};
constexpr std::string_view ask = "CAPABILITIES\r\n";
constexpr std::string_view implementation = "IMPLEMENTATION ";

constexpr unsigned posting_allowed = 200;
constexpr unsigned posting_prohibited = 201;
constexpr unsigned capabilities_follow = 101;
// Of servers older than CAPABILITIES, and of those that want a login first.
constexpr std::array<unsigned, 4> refusals{500, 480, 502, 503};

bool speaks_of_news(std::string_view greeting) {
  constexpr std::array<std::string_view, 5> words{"NNTP", "NNRP", "InterNetNews", "posting", "news server"};
  return std::ranges::any_of(words, [greeting](std::string_view word) { return contains_case(greeting, word); });
}

// "INN 2.7.0": what stands before the first version names the program.
void name_program(std::string_view said, Facts& facts) {
  const auto words = words_of(said);
  const auto version = std::ranges::find_if(words, is_version);
  if (version == words.begin()) return;
  for (auto word = words.begin(); word != version; ++word) {
    if (word != words.begin()) facts.product += ' ';
    facts.product += *word;
  }
  if (version != words.end()) facts.version = *version;
}

// "Leafnode NNTP Daemon, version 1.12.0.rel running at ...".
void name_by_greeting(std::string_view greeting, Facts& facts) {
  const auto words = words_of(greeting);
  for (std::size_t i = 2; i + 1 < words.size(); ++i) {
    if (words[i] != "version" || !is_version(words[i + 1])) continue;
    if (!contains_case(words[1], "NNTP") || !is_printable(words[0])) return;
    facts.product = words[0];
    facts.version = words[i + 1];
    return;
  }
}

// RFC 4642 §2.2.
constexpr StartTlsWords tls_words{.asks = "STARTTLS\r\n", .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    constexpr unsigned agreed = 382;
                                    const auto line = first_line(heard);
                                    if (!line) return std::nullopt;
                                    return reply_code(line->text) == agreed;
                                  }};

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto greeting = first_line(first);
  if (!greeting) return cut_short(talk);
  const auto code = reply_code(greeting->text);
  if (code != posting_allowed && code != posting_prohibited) return {};
  if (!is_printable(greeting->text) || !speaks_of_news(greeting->text)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  name_by_greeting(greeting->text.substr(std::min<std::size_t>(4, greeting->text.size())), reading.facts);
  if (code == posting_prohibited) reading.facts.extra = "posting prohibited";
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return {};
  const std::string_view answer = talk.turns[1].heard;
  const auto head = first_line(answer);
  const auto its = head ? reply_code(head->text) : std::nullopt;
  const bool lists = its == capabilities_follow;
  const bool whole = head && (!lists || answer.ends_with("\r\n.\r\n"));
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (lists) {
    reading.confidence = documented;
    for (const std::string_view line : lines_of(head->rest)) {
      if (!starts_with_case(line, implementation) || !is_printable(line)) continue;
      reading.facts.product.clear();
      reading.facts.version.clear();
      name_program(line.substr(implementation.size()), reading.facts);
    }
    const auto capabilities = lines_of(head->rest);
    const bool offers_tls =
        std::ranges::any_of(capabilities, [](std::string_view line) { return lower(trimmed(line)) == "starttls"; });
    if (offers_tls) go_on_into_tls(reading, talk, tls_words);
  } else if (its && std::ranges::find(refusals, *its) != refusals.end()) {
    reading.confidence = by_grammar;
  }
  return reading;
}

}  // namespace

constinit const Reader nntp{
    .name = "nntp",
    .service = "nntp",
    .document = "RFC 3977",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
