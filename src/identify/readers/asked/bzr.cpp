// Bazaar's smart server: the first form of its protocol answers "hello" by "ok", a byte of one and a version (Breezy,
// doc/developers/network-protocol.txt, "Version one").
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4155};
constexpr std::string_view ask = "hello\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "ok\x01")) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 64);
  const std::string_view version = line->text.substr(3);
  if (!line->rest.empty() || version.empty() || version.find_first_not_of("0123456789") != std::string_view::npos) {
    return {};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = "protocol " + std::string{version};
  return reading;
}

}  // namespace

constinit const Reader bzr{
    .name = "bzr",
    .service = "bzr",
    .document = "Breezy, doc/developers/network-protocol.txt",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
