// Electrum servers speak JSON-RPC in lines: server.version names the program and the version of the protocol
// (electrumx.readthedocs.io, "Protocol Methods", server.version). It is the first thing to be asked there.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/json/json_answer.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{50'001};
constexpr std::array<std::uint16_t, 1> tls_ports{50'002};
constexpr std::string_view ask =
    "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"server.version\",\"params\":[\"portolan\",[\"1.1\",\"1.6\"]]}\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "{")) return {};
  const auto answer = json_answer(talk);
  if (!answer) return unfinished(talk, 4'096);
  const JsonValue* const result = answer->member("result");
  const JsonValue::Array* const pair = result == nullptr ? nullptr : result->array();
  if (pair == nullptr || pair->size() != 2) return {};
  const std::string* const software = (*pair)[0].text();
  const std::string* const protocol = (*pair)[1].text();
  if (software == nullptr || protocol == nullptr || !is_version(*protocol) || !is_printable(*protocol)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  name_program(*software, reading.facts);
  reading.facts.extra += (reading.facts.extra.empty() ? "protocol " : "; protocol ") + *protocol;
  return reading;
}

}  // namespace

constinit const Reader electrum{
    .name = "electrum",
    .service = "electrum",
    .document = "Electrum protocol, server.version",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
