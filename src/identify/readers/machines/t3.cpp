// T3, which WebLogic servers speak: the first line of the answer is HELO and the server's version (Oracle, WebLogic
// RMI: "Using the T3 protocol"; the handshake as its clients do it).
#include <algorithm>
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7001};
constexpr std::array<std::uint16_t, 1> tls_ports{7002};
constexpr std::string_view asked = "t3 12.2.1\nAS:255\nHL:19\nMS:10000000\n\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  constexpr std::string_view hello = "HELO:";
  constexpr std::size_t longest = 128;
  if (!may_begin(talk.first(), hello)) return {};
  const auto line = first_line(talk.first());
  if (!line) return {.is = !talk.is_over && talk.first().size() < longest ? Reading::Is::more : Reading::Is::no};
  // "12.2.1.3.0.false": the version, and whether the server is of another kind.
  std::string_view version = line->text.substr(hello.size());
  const std::size_t flag = std::min(version.rfind('.'), version.size());
  const std::string_view last = version.substr(flag);
  if (last != ".false" && last != ".true") return {};
  version = version.substr(0, flag);
  const bool is_plain = version.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!is_plain || !is_version(version)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Oracle WebLogic Server";
  reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader t3{
    .name = "t3",
    .service = "t3",
    .document = "Oracle WebLogic: T3",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
