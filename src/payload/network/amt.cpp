// Automatic multicast tunneling: are you a relay? A relay gives its address and keeps nothing of us.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2268};
constexpr std::uint8_t discovery = 1;
constexpr std::uint8_t advertisement = 2;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(discovery).zeros(3).u32(cookie);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t type = r.u8();
  r.skip(3);
  const std::uint32_t nonce = r.u32();
  r.skip(4);  // an address of IPv4 at least
  if (!r.ok() || type != advertisement) return Match::other;
  return nonce == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t type = r.u8();
  r.skip(3);
  const std::uint32_t nonce = r.u32();
  if (!r.ok() || type != discovery) return 0;
  wire::Writer w{out};
  w.u8(advertisement).zeros(3).u32(nonce).u32(0);
  return w.size();
}

}  // namespace

constinit const Payload amt{
    .name = "amt", .document = "RFC 7450 §5.1.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
