// Minecraft Bedrock, over RakNet: are you there? The time that we send comes back.
#include <algorithm>
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{19132, 19133};
constexpr std::uint8_t unconnected_ping = 0x01;
constexpr std::uint8_t unconnected_pong = 0x1c;
constexpr std::array<std::uint8_t, 16> offline_message{0x00, 0xff, 0xff, 0x00, 0xfe, 0xfe, 0xfe, 0xfe,
                                                       0xfd, 0xfd, 0xfd, 0xfd, 0x12, 0x34, 0x56, 0x78};
constexpr std::size_t time_size = 8;
constexpr std::size_t guid_size = 8;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.u8(unconnected_ping).u32(0).u32(cookie).bytes(offline_message).zeros(guid_size).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t type = r.u8();
  r.skip(4);
  const std::uint32_t time = r.u32();
  r.skip(guid_size);
  const Bytes magic = r.take(offline_message.size());
  if (type != unconnected_pong || !std::ranges::equal(magic, offline_message)) return Match::other;
  return time == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t type = r.u8();
  const Bytes time = r.take(time_size);
  if (!r.ok() || type != unconnected_ping) return 0;
  wire::Writer w{out};
  return w.u8(unconnected_pong).bytes(time).zeros(guid_size).bytes(offline_message).u16(0).size();  // no text
}

}  // namespace

constinit const Payload minecraft_bedrock{.name = "minecraft-bedrock",
                                          .document = "RakNet source, RakPeer.cpp (ID_UNCONNECTED_PING)",
                                          .ports = ports,
                                          .build = build,
                                          .match = match,
                                          .answer = answer};

}  // namespace portolan::payload
