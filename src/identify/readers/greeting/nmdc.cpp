// NMDC (Direct Connect): the hub begins with $Lock, whose key names the program (nmdc.sourceforge.net, "$Lock").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 3> ports{411, 412, 4111};
constexpr std::string_view begin = "$Lock ";
constexpr std::string_view key = " Pk=";
constexpr std::string_view hub_name = "$HubName ";
constexpr std::size_t longest = 512;

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  if (!may_begin(rest, begin)) return {};
  const std::size_t end = rest.find('|');
  if (end == std::string_view::npos) return rest.size() < longest ? cut_short(talk) : Reading{};
  const std::string_view lock = rest.substr(0, end);
  const std::size_t at = lock.find(key);
  if (end < begin.size() || at == std::string_view::npos || at == begin.size() - 1) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view pk = lock.substr(at + key.size());
  if (pk == "PtokaX") {
    reading.facts.product = "PtokaX";
  } else if (is_printable(pk) && !pk.empty()) {
    reading.facts.extra = "key: " + std::string{pk};
  }
  rest.remove_prefix(end + 1);
  while (!rest.empty()) {
    const std::size_t next = std::min(rest.find('|'), rest.size());
    const std::string_view command = rest.substr(0, next);
    if (command.starts_with(hub_name)) {
      add_extra(reading.facts, "hub: " + std::string{command.substr(hub_name.size())});
      break;
    }
    rest.remove_prefix(std::min(next + 1, rest.size()));
  }
  return reading;
}

}  // namespace

constinit const Reader nmdc{
    .name = "nmdc",
    .service = "directconnect",
    .document = "NMDC protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
