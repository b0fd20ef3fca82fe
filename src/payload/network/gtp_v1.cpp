// GTP version 1, for control and for users: are you there?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{2123, 2152};
constexpr std::uint8_t version_1 = 0x30;  // with the bit that tells it from GTP prime
constexpr std::uint8_t version_bits = 0xf0;
constexpr std::uint8_t has_sequence = 0x02;
constexpr std::uint8_t echo_request = 1;
constexpr std::uint8_t echo_response = 2;
constexpr std::uint8_t version_not_supported = 3;
constexpr std::uint16_t optional_size = 4;  // sequence number, N-PDU number, next extension

std::uint16_t sequence_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(version_1 | has_sequence).u8(echo_request).u16(optional_size).u32(0).u16(sequence_of(cookie)).u16(0);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t flags = r.u8();
  const std::uint8_t type = r.u8();
  r.skip(2 + 4);
  if (!r.ok() || (flags & version_bits) != version_1) return Match::other;
  if (type == version_not_supported) return Match::genuine;
  if (type != echo_response) return Match::other;
  return (flags & has_sequence) != 0 && r.u16() == sequence_of(cookie) && r.ok() ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t flags = r.u8();
  const std::uint8_t type = r.u8();
  r.skip(2 + 4);
  const std::uint16_t sequence = r.u16();
  if (!r.ok() || flags != (version_1 | has_sequence) || type != echo_request) return 0;
  constexpr std::uint8_t recovery = 14;
  wire::Writer w{out};
  w.u8(flags).u8(echo_response).u16(optional_size + 2).u32(0).u16(sequence).u16(0).u8(recovery).u8(0);
  return w.size();
}

}  // namespace

constinit const Payload gtp_v1{.name = "gtp-v1",
                               .document = "3GPP TS 29.060 §7.2.1",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
