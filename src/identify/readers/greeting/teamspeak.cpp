// TeamSpeak 3: the query interface greets with "TS3" and a line of welcome; version answers with parameters (TeamSpeak
// 3 Server Query Manual).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{10'011, 25'639};
constexpr std::string_view server = "TS3\n\rWelcome to the TeamSpeak 3 ServerQuery interface";
constexpr std::string_view client = "TS3 Client\n\rWelcome to the TeamSpeak 3 ClientQuery interface";
constexpr std::string_view ask = "version\n";

std::string_view value_of(std::string_view line, std::string_view name) {
  for (const std::string_view word : words_of(line)) {
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') {
      return word.substr(name.size() + 1);
    }
  }
  return {};
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  const bool is_server = may_begin(first, server);
  if (!is_server && !may_begin(first, client)) return {};
  if (first.size() < (is_server ? server : client).size() || !first.ends_with("\n\r")) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = is_server ? "TeamSpeak 3 server" : "TeamSpeak 3 client";
  if (!is_server) return reading;
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return reading;
  // "version=3.13.7 build=1655727713 platform=Linux", "error id=0 msg=ok"; parts end with LF CR.
  const std::string_view answer = talk.turns[1].heard;
  const bool whole = answer.find("error id=") != std::string_view::npos && answer.ends_with("\n\r");
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  const auto line = first_line(answer);
  if (!line || !is_version(value_of(line->text, "version"))) return reading;
  reading.facts.version = value_of(line->text, "version");
  reading.facts.system = value_of(line->text, "platform");
  if (const auto build = value_of(line->text, "build"); !build.empty()) {
    add_extra(reading.facts, "build " + std::string{build});
  }
  return reading;
}

}  // namespace

constinit const Reader teamspeak{
    .name = "teamspeak",
    .service = "teamspeak",
    .document = "TeamSpeak 3 Server Query Manual",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "quit\n",
};

}  // namespace portolan::identify
