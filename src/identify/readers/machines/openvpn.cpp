// OpenVPN over TCP: a server that wants no key for its control channel answers a hard reset with its own, and gives our
// session back (OpenVPN wire protocol, draft-openvpn, "Control channel").
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{1194};
constexpr std::string_view session = "portolan";
// P_CONTROL_HARD_RESET_CLIENT_V2 with key 0, the session, no acknowledgements, packet 0; its length before it.
constexpr std::string_view asked = "\0\x0e\x38portolan\0\0\0\0\0"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  // One acknowledgement: that of packet 0; then perhaps options of newer releases.
  constexpr std::size_t shortest = 26;
  constexpr std::size_t longest = 64;
  constexpr std::uint8_t server_reset = 0x40;
  const auto size = u16_at(heard, 0);
  if (!size)
    return {.is = !heard.empty() && heard.front() == '\0' && !talk.is_over ? Reading::Is::more : Reading::Is::no};
  if (*size < shortest || *size > longest || (heard.size() > 2 && *u8_at(heard, 2) != server_reset)) return {};
  const auto packet = part(heard, 2, *size);
  if (!packet) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  if (*u8_at(*packet, 9) != 1 || *u32_at(*packet, 10) != 0 || packet->substr(14, session.size()) != session) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "OpenVPN";
  return reading;
}

}  // namespace

constinit const Reader openvpn{
    .name = "openvpn",
    .service = "openvpn",
    .document = "draft-openvpn-wire-protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
