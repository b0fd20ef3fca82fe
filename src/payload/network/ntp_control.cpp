// NTP control messages: which version are you? For servers whose time is not for us.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{123};
constexpr std::uint8_t control = 0x16;  // of version 2, mode 6
constexpr std::uint8_t mode = 0x07;
constexpr std::uint8_t read_variables = 2;
constexpr std::uint8_t is_response = 0x80;
constexpr std::uint8_t opcode = 0x1f;
constexpr std::string_view variable = "version";
constexpr std::size_t header_size = 12;

std::uint16_t sequence_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(control).u8(read_variables).u16(sequence_of(cookie)).u16(0).u16(0).u16(0);  // of the server itself
  w.u16(variable.size()).text(variable).u8(0);                                     // whole words
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t first = r.u8();
  const std::uint8_t second = r.u8();
  const std::uint16_t sequence = r.u16();
  r.skip(header_size - 4);
  if (!r.ok() || (first & mode) != (control & mode) || (second & is_response) == 0) return Match::other;
  if ((second & opcode) != read_variables) return Match::other;
  return sequence == sequence_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t first = r.u8();
  const std::uint8_t second = r.u8();
  const std::uint16_t sequence = r.u16();
  if (!r.ok() || first != control || second != read_variables) return 0;
  wire::Writer w{out};
  w.u8(control).u8(is_response | read_variables).u16(sequence).zeros(header_size - 4);
  return w.size();
}

}  // namespace

constinit const Payload ntp_control{
    .name = "ntp-control", .document = "RFC 9327 §2", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
