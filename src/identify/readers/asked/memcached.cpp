// memcached: "version" is answered by "VERSION 1.6.18", and any line that is no command by "ERROR" (its
// doc/protocol.txt, "Other commands" and "Error strings").
#include <array>

#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/readers/asked/refused.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{11'211};
constexpr std::string_view ask = "version\r\n";
constexpr std::string_view begin = "VERSION ";

constexpr std::string_view refusal = "ERROR";

Reading read_memcached_version(const Talk& talk, std::string_view heard) {
  const auto line = first_line(heard);
  if (!line) return unfinished(talk, 64);
  // Where it was built to ask for a password in this form of its protocol.
  if (line->text == "CLIENT_ERROR unauthenticated") {
    Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
    reading.facts.extra = "asks for a password";
    return reading;
  }
  if (!line->rest.empty() || !line->text.starts_with(begin)) return {};
  const std::string_view version = line->text.substr(begin.size());
  if (!is_version(version) || !is_printable(version) || version.find(' ') != std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Memcached";
  reading.facts.version = version;
  add_detail(reading.facts, "memcached-info", "version", version);
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said == ask) return read_memcached_version(talk, talk.first());
  // One such word is anybody's; one for each of several lines is asked once more.
  const auto first = first_line(talk.first());
  const auto second = first ? first_line(first->rest) : std::nullopt;
  if (!second || first->text != refusal || second->text != refusal) return {};
  if (talk.turns.size() > 1) {
    return talk.turns.back().said == ask ? read_memcached_version(talk, past_lines(talk.last(), refusal)) : Reading{};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.say = ask;
  return reading;
}

}  // namespace

constinit const Reader memcached{
    .name = "memcached",
    .service = "memcached",
    .document = "memcached doc/protocol.txt",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 8,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "quit\r\n",
};

}  // namespace portolan::identify
