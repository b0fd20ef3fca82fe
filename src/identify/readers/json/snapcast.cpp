// Snapcast's control port speaks JSON-RPC in lines: Server.GetStatus names the server and its version (Snapcast,
// doc/json_rpc_api/control.md).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/json/json_answer.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1705};
constexpr std::string_view ask = "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"Server.GetStatus\"}\r\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "{")) return {};
  const auto answer = json_answer(talk);
  if (!answer) return unfinished(talk, most_bytes);
  const JsonValue* server = answer->member("result");
  for (const char* name : {"server", "server"}) {
    if (server != nullptr) server = server->member(name);
  }
  if (server == nullptr || text_at(*server, {"snapserver", "name"}) != "Snapserver") return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Snapcast snapserver";
  reading.facts.version = text_at(*server, {"snapserver", "version"});
  reading.facts.host_name = text_at(*server, {"host", "name"});
  reading.facts.extra = text_at(*server, {"host", "os"});
  return reading;
}

}  // namespace

constinit const Reader snapcast{
    .name = "snapcast",
    .service = "snapcast",
    .document = "Snapcast, doc/json_rpc_api/control.md",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
