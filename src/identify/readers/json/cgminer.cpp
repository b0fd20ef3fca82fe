// cgminer's API and its heirs': {"command":"version"} is answered by a status and by the program's version, and a byte
// of zero ends it (cgminer, API-README, "version").
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/json/json_answer.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4028};
constexpr std::string_view ask = "{\"command\":\"version\"}";

const JsonValue* first_of(const JsonValue& answer, std::string_view name) {
  const JsonValue* const list = answer.member(name);
  if (list == nullptr || list->array() == nullptr || list->array()->empty()) return nullptr;
  return &list->array()->front();
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "{")) return {};
  const auto answer = json_answer(talk);
  if (!answer) return unfinished(talk, 8'192);
  const JsonValue* const status = first_of(*answer, "STATUS");
  if (status == nullptr || status->member("STATUS") == nullptr || status->member("Code") == nullptr) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const JsonValue* const version = first_of(*answer, "VERSION");
  // Who may not ask is told so in the same form.
  if (version == nullptr) return reading;
  for (const std::string_view name : {"CGMiner", "BFGMiner", "BMMiner", "BOSer", "BOSminer", "LUXminer", "SGMiner"}) {
    const std::string its = text_at(*version, {name});
    if (its.empty()) continue;
    reading.confidence = documented;
    reading.facts.product = name;
    // "cgminer 4.11.1"
    const std::size_t blank = its.rfind(' ');
    reading.facts.version = blank == std::string::npos ? its : its.substr(blank + 1);
    break;
  }
  reading.facts.extra = text_at(*version, {"Type"});
  return reading;
}

}  // namespace

constinit const Reader cgminer{
    .name = "cgminer",
    .service = "cgminer-api",
    .document = "cgminer, API-README",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
