// FreeSWITCH: its event socket asks for a login, or refuses who is not on its list (mod_event_socket).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{8021};
constexpr std::string_view login = "Content-Type: auth/request\n\n";
constexpr std::string_view refusal = "Content-Type: text/rude-rejection\nContent-Length: ";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  const bool asks = may_begin(first, login);
  if (!asks && !may_begin(first, refusal)) return {};
  if (first.size() < (asks ? login : refusal).size()) return cut_short(talk);
  if (asks && first.size() > login.size()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "FreeSWITCH";
  if (!asks) reading.facts.extra = "not open to this address";
  return reading;
}

}  // namespace

constinit const Reader freeswitch{
    .name = "freeswitch",
    .service = "freeswitch-event",
    .document = "mod_event_socket",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "exit\n\n",
};

}  // namespace portolan::identify
