// Questions of the scan and who may have answered them, and the reader of all protocols of which nothing but that is
// known: an answer that is of the payload's protocol and gives its cookie back, as the payload itself says.
#include <algorithm>
#include <array>

#include "identify/datagrams.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

payload::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Any will do: a connected socket hears nobody else.
constexpr std::uint32_t own_cookie = 0x706f'7274;

std::string question_with(const payload::Payload& payload, std::uint32_t cookie) {
  std::array<std::uint8_t, payload::longest> room{};
  const std::size_t size = payload.build(cookie, room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

bool is_understood(const payload::Payload& payload, std::string_view said) {
  std::array<std::uint8_t, payload::longest> room{};
  return payload.answer(bytes_of(said), room) != 0;
}

struct Service {
  const payload::Payload* payload;
  std::string_view name;
};
// Those whose answers nobody else would give. What any text answers stands with its port in small.cpp.
constexpr std::array services{
    Service{&payload::mountd, "mountd"},
    Service{&payload::llmnr, "llmnr"},
    Service{&payload::dhcp, "dhcp"},
    Service{&payload::wireguard, "wireguard"},
    Service{&payload::citrix_browser, "icabrowser"},
    Service{&payload::amt, "amt"},
    Service{&payload::rip, "route"},
    Service{&payload::slp, "svrloc"},
    Service{&payload::mqtt_sn, "mqtt-sn"},
    Service{&payload::radius, "radius"},
    Service{&payload::icp, "icp"},
    Service{&payload::stamp, "stamp"},
    Service{&payload::dcerpc, "msrpc"},
    Service{&payload::rdp_udp, "ms-wbt-server"},
    Service{&payload::mgcp, "mgcp-gateway"},
    Service{&payload::quake2, "quake2"},
    Service{&payload::quakeworld, "quakeworld"},
    Service{&payload::teamspeak3, "teamspeak3"},
    Service{&payload::bittorrent_dht, "bittorrent-dht"},
    Service{&payload::bittorrent_tracker, "bittorrent-tracker"},
    Service{&payload::openttd, "openttd"},
    Service{&payload::slimproto, "slimproto"},
    Service{&payload::hdhomerun, "hdhomerun"},
    Service{&payload::lifx, "lifx"},
    Service{&payload::knx, "knxnet-ip"},
    Service{&payload::fins, "fins"},
    Service{&payload::beckhoff_ads, "ads"},
    Service{&payload::doip, "doip"},
    Service{&payload::gvcp, "gvcp"},
    Service{&payload::gtp_v1, "gtp-control"},
    Service{&payload::gtp_v2, "gtp-control"},
    Service{&payload::iax2, "iax2"},
    Service{&payload::bjnp, "bjnp"},
    Service{&payload::icecream, "icecream"},
};

Reading read(const Datagrams& talk) {
  const auto* const found =
      std::ranges::find_if(services, [&](const Service& one) { return is_answer(*one.payload, talk.first()); });
  if (found == services.end()) return {};
  return {.is = Reading::Is::yes, .confidence = by_grammar, .service = std::string{found->name}};
}

}  // namespace

bool is_question(const payload::Payload& payload, std::string_view said) {
  // A byte that no cookie changes is a byte of every question.
  constexpr std::array<std::uint32_t, 4> cookies{0, 0xffff'ffff, 0x1234'5678, 0xa5c3'96e1};
  const std::string first = question_with(payload, cookies.front());
  std::string is_fixed(first.size(), '\1');
  for (const std::uint32_t cookie : cookies) {
    const std::string other = question_with(payload, cookie);
    if (other.size() != first.size()) return is_understood(payload, said);  // its cookie is a number in words
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (other[i] != first[i]) is_fixed[i] = '\0';
    }
  }
  if (said.size() != first.size()) return false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (is_fixed[i] != '\0' && said[i] != first[i]) return false;
  }
  return true;
}

bool is_answer(const payload::Payload& payload, const Turn& turn) {
  if (!is_question(payload, turn.said)) return false;
  const payload::Match match = payload.match(own_cookie, bytes_of(turn.heard));
  return turn.said == question_of(payload) ? match == payload::Match::genuine : match != payload::Match::other;
}

std::string question_of(const payload::Payload& payload) { return question_with(payload, own_cookie); }

constinit const DatagramReader udp_by_question{
    .name = "by-question", .service = "", .document = "each payload's own, src/payload/", .read = read};

}  // namespace portolan::identify
