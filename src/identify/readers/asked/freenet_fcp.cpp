// Freenet's client protocol: ClientHello is answered by NodeHello with the node's version, lines of "Name=value"
// between the message's name and EndMessage (FCPv2, "ClientHello" and "NodeHello").
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9481};
constexpr std::string_view ask = "ClientHello\nName=portolan\nExpectedVersion=2.0\nEndMessage\n";

std::string_view value_of(const std::vector<std::string_view>& lines, std::string_view key) {
  for (const std::string_view line : lines) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    const std::string_view value = line.substr(key.size() + 1);
    return is_printable(value) ? value : std::string_view{};
  }
  return {};
}

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), "NodeHello\n")) return {};
  const auto lines = lines_of(talk.first());
  if (lines.empty() || lines.back() != "EndMessage" || !talk.first().ends_with('\n')) return unfinished(talk, 4'096);
  const std::string_view protocol = value_of(lines, "FCPVersion");
  if (protocol.empty()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // "Fred,0.7,1.0,1497": the program, the network's version, the protocol between nodes, the build.
  const std::string_view version = value_of(lines, "Version");
  if (version.starts_with("Fred,")) {
    reading.facts.product = "Freenet Fred";
    reading.facts.version = value_of(lines, "Build");
  }
  reading.facts.extra = "FCP " + std::string{protocol};
  return reading;
}

}  // namespace

constinit const Reader freenet_fcp{
    .name = "freenet_fcp",
    .service = "freenet-fcp",
    .document = "Freenet Client Protocol 2.0",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "Disconnect\nEndMessage\n",
};

}  // namespace portolan::identify
