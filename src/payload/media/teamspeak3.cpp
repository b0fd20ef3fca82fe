// TeamSpeak 3: the first step of its handshake, after which a server keeps nothing of us. Our number comes back turned
// round.
#include <array>
#include <bit>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9987};
constexpr std::string_view magic = "TS3INIT1";
constexpr std::uint16_t packet_id = 101;
constexpr std::uint8_t unencrypted = 0x80;
constexpr std::uint8_t type_bits = 0x0f;
constexpr std::uint8_t init = 8;
constexpr std::uint32_t client_version = 0x063b'ece9;  // a time, this one that of the paper
constexpr std::size_t reserved = 8;
constexpr std::size_t server_part = 16;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.text(magic).u16(packet_id).u16(0).u8(unencrypted | init);
  w.u32(client_version).u8(0).u32(0).u32(cookie).zeros(reserved);  // step 0, no time of day
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::string_view head = as_text(r.take(magic.size()));
  r.skip(2);
  const std::uint8_t type = r.u8() & type_bits;
  const std::uint8_t step = r.u8();
  r.skip(server_part);
  const std::uint32_t number = r.u32();
  if (!r.ok() || head != magic || type != init || step != 1) return Match::other;
  return number == std::byteswap(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::string_view head = as_text(r.take(magic.size()));
  r.skip(4);
  const std::uint8_t type = r.u8() & type_bits;
  r.skip(4);
  const std::uint8_t step = r.u8();
  r.skip(4);
  const std::uint32_t number = r.u32();
  if (!r.ok() || head != magic || type != init || step != 0) return 0;
  wire::Writer w{out};
  w.text(magic).u16(packet_id).u8(unencrypted | init).u8(1).zeros(server_part).u32(std::byteswap(number));
  return w.size();
}

}  // namespace

constinit const Payload teamspeak3{.name = "teamspeak3",
                                   .document = "ReSpeak, TS3 protocol paper §2",
                                   .ports = ports,
                                   .build = build,
                                   .match = match,
                                   .answer = answer};

}  // namespace portolan::payload
