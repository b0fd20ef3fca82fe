#include "identify/datagram_openings.h"

#include <algorithm>
#include <array>

#include "identify/manners.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

constexpr int light = 2;
constexpr int all = 9;
// Of several protocols that are usual at a port the scan asks in one an attempt, and makes two at least.
constexpr std::size_t asked_by_the_scan = 2;

struct Common {
  const payload::Payload* payload;
  int rarity;  // least intensity with which it is asked
};
// What is run at any port, as its owner likes, the common ones first.
constexpr std::array common{
    Common{&payload::dns, 3},
    Common{&payload::snmp_v3, 3},
    Common{&payload::sip, 3},
    Common{&payload::quic, 4},
    Common{&payload::dtls, 4},
    Common{&payload::stun, 5},
    Common{&payload::openvpn, 5},
    Common{&payload::ntp, 5},
    Common{&payload::rpcbind, 6},
    Common{&payload::coap, 6},
    Common{&payload::memcached, 6},
    Common{&payload::ikev2, 6},
    Common{&payload::a2s, 7},
    Common{&payload::minecraft_bedrock, 7},
    Common{&payload::mumble, 7},
    Common{&payload::teamspeak3, 7},
    Common{&payload::bittorrent_dht, 7},
};

}  // namespace

std::vector<DatagramOpening> openings_for(net::Port port, int intensity) {
  if (intensity <= light || manner_of_datagrams_at(port) != Manner::ask) return {};
  const auto usual = payload::payloads_for(port.value());
  std::vector<const payload::Payload*> wanted{
      usual.begin() + static_cast<std::ptrdiff_t>(std::min(asked_by_the_scan, usual.size())), usual.end()};
  const auto add = [&](const payload::Payload& payload) {
    // An answer from another port is not heard, a machine is not to be troubled, and what was asked was asked.
    const bool is_left =
        payload.from_elsewhere ||
        std::ranges::any_of(payload.ports,
                            [](std::uint16_t own) { return manner_of_datagrams_at(net::Port{own}) != Manner::ask; }) ||
        std::ranges::find(usual, &payload) != usual.end() || std::ranges::find(wanted, &payload) != wanted.end();
    if (!is_left) wanted.push_back(&payload);
  };
  for (const Common& one : common) {
    if (one.rarity <= intensity) add(*one.payload);
  }
  for (const payload::Payload* payload : payload::registry) {
    if (intensity >= all) add(*payload);
  }
  std::vector<DatagramOpening> openings;
  std::array<std::uint8_t, payload::longest> room{};
  for (const payload::Payload* payload : wanted) {
    // Any will do whose parts of few bits differ, too.
    constexpr std::uint32_t first_cookie = 0x7061'0101;
    constexpr std::uint32_t next_cookie = 0x0101'0101;
    const std::uint32_t cookie = first_cookie + next_cookie * static_cast<std::uint32_t>(openings.size());
    const std::size_t size = payload->build(cookie, room);
    openings.push_back({payload, cookie, {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)}});
  }
  return openings;
}

}  // namespace portolan::identify
