// Kodi's remote control speaks JSON-RPC over TCP: JSONRPC.Version tells the version of the interface, and
// Application.GetProperties the program's (kodi.wiki, "JSON-RPC API/v13").
#include <fmt/core.h>

#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/json/json_answer.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9090};
constexpr std::string_view ask =
    "{\"jsonrpc\":\"2.0\",\"method\":\"Application.GetProperties\",\"params\":{\"properties\":[\"name\",\"version\"]},"
    "\"id\":1}";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "{")) return {};
  const auto answer = json_answer(talk);
  if (!answer) return unfinished(talk, 8'192);
  const JsonValue* const result = answer->member("result");
  if (result == nullptr || text_at(*result, {"name"}).empty()) return {};
  const JsonValue* const version = result->member("version");
  const JsonValue* const major = version == nullptr ? nullptr : version->member("major");
  const JsonValue* const minor = version == nullptr ? nullptr : version->member("minor");
  if (major == nullptr || minor == nullptr || !major->whole() || !minor->whole()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = text_at(*result, {"name"});
  reading.facts.version = fmt::format("{}.{}", *major->whole(), *minor->whole());
  reading.facts.extra = text_at(*version, {"tag"});
  return reading;
}

}  // namespace

constinit const Reader kodi{
    .name = "kodi",
    .service = "kodi-jsonrpc",
    .document = "Kodi JSON-RPC API",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
