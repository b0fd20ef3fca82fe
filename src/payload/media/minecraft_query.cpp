// Minecraft, the query protocol: shall we talk? The server sends the number that questions have to have.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{25565};
constexpr std::uint16_t magic = 0xfefd;
constexpr std::uint8_t handshake = 9;
constexpr std::uint32_t session_bits = 0x0f0f'0f0f;  // all that servers look at
constexpr std::size_t shortest = 1 + 4 + 2;          // with a number of one digit

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.u16(magic).u8(handshake).u32(cookie & session_bits).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t type = r.u8();
  const std::uint32_t session = r.u32();
  if (answer.size() < shortest || type != handshake) return Match::other;
  return session == (cookie & session_bits) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t head = r.u16();
  const std::uint8_t type = r.u8();
  const std::uint32_t session = r.u32();
  if (!r.ok() || head != magic || type != handshake) return 0;
  wire::Writer w{out};
  return w.u8(handshake).u32(session).text("9513307").u8(0).size();
}

}  // namespace

constinit const Payload minecraft_query{.name = "minecraft-query",
                                        .document = "Minecraft wiki, Query",
                                        .ports = ports,
                                        .build = build,
                                        .match = match,
                                        .answer = answer};

}  // namespace portolan::payload
