// NTRIP 1: a caster answers any GET that names no stream of its own by "SOURCETABLE 200 OK", fields, and its table
// (RTCM 10410.0; "Networked Transport of RTCM via Internet Protocol", section 4). It hears our question for HTTP.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2101};
constexpr std::string_view protocol = "SOURCETABLE";

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), protocol)) return {};
  const auto head = head_in(talk.first(), protocol);
  if (!head) return first_line(talk.first()) ? Reading{} : unfinished(talk);
  if (!head->is_whole && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (!head->is_whole) return reading;
  // "NTRIP Caster 2.0.15/2.0": behind it stands the version of the protocol.
  if (const auto server = head->field("server"); !server.empty()) {
    name_program(server, reading.facts);
    reading.confidence = documented;
    reading.facts.extra.clear();
  }
  return reading;
}

std::string question(std::string_view /*host*/) {
  return "GET / HTTP/1.0\r\nUser-Agent: NTRIP portolan\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

}  // namespace

constinit const Reader ntrip{
    .name = "ntrip",
    .service = "ntrip",
    .document = "Networked Transport of RTCM via Internet Protocol (Ntrip), version 1.0",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = question,
    .read = read,
};

}  // namespace portolan::identify
