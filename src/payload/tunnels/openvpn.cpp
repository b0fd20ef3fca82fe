// OpenVPN: a new session. Servers with a static key for this (tls-auth, tls-crypt) keep silent.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1194};
constexpr std::uint8_t opcode_shift = 3;  // below it stands the number of the key, 0
constexpr std::uint8_t hard_reset_client_v2 = 7;
constexpr std::uint8_t hard_reset_server_v2 = 8;
constexpr std::uint8_t acknowledgement = 5;
constexpr std::uint32_t session_rest = 1;  // no session is zero as a whole
constexpr std::size_t session_size = 8;
constexpr std::size_t packet_id_size = 4;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(hard_reset_client_v2 << opcode_shift).u32(cookie).u32(session_rest);
  w.u8(0).u32(0);  // nothing to acknowledge, packet 0
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t opcode = r.u8() >> opcode_shift;
  if (opcode != hard_reset_server_v2 && opcode != acknowledgement) return Match::other;
  r.skip(session_size);
  const std::size_t acknowledged = r.u8();
  r.skip(acknowledged * packet_id_size);
  const std::uint32_t session = r.u32();  // whose packets these are
  if (!r.ok() || acknowledged == 0) return Match::other;
  return session == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t opcode = r.u8() >> opcode_shift;
  const Bytes session = r.take(session_size);
  if (!r.ok() || opcode != hard_reset_client_v2) return 0;
  wire::Writer w{out};
  w.u8(hard_reset_server_v2 << opcode_shift).u32(1).u32(1).u8(1).u32(0).bytes(session).u32(0);
  return w.size();
}

}  // namespace

constinit const Payload openvpn{.name = "openvpn",
                                .document = "OpenVPN source, src/openvpn/ssl_pkt.h",
                                .ports = ports,
                                .build = build,
                                .match = match,
                                .answer = answer};

}  // namespace portolan::payload
