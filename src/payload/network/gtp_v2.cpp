// GTP version 2: are you there?
#include <array>
#include <optional>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2123};
constexpr std::uint8_t version_2 = 0x40;
constexpr std::uint8_t version_bits = 0xe0;
constexpr std::uint8_t echo_request = 1;
constexpr std::uint8_t echo_response = 2;
constexpr std::uint8_t version_not_supported = 3;
constexpr std::uint8_t recovery = 3;

// A sequence number has three bytes; below it is a spare one.
std::uint32_t sequence_of(std::uint32_t cookie) { return cookie << 8U; }

std::size_t write(std::uint8_t type, std::uint32_t sequence, Buffer out) {
  constexpr std::uint16_t size = 4 + 5;
  wire::Writer w{out};
  w.u8(version_2).u8(type).u16(size).u32(sequence).u8(recovery).u16(1).u8(0).u8(0);  // never restarted
  return w.size();
}

std::size_t build(std::uint32_t cookie, Buffer out) { return write(echo_request, sequence_of(cookie), out); }

struct Message {
  std::uint8_t type = 0;
  std::uint32_t sequence = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint8_t flags = r.u8();
  const std::uint8_t type = r.u8();
  r.skip(2);
  const std::uint32_t sequence = r.u32();
  if (!r.ok() || (flags & version_bits) != version_2) return std::nullopt;
  return Message{type, sequence};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || (message->type != echo_response && message->type != version_not_supported)) return Match::other;
  return message->sequence >> 8U == sequence_of(cookie) >> 8U ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  return message && message->type == echo_request ? write(echo_response, message->sequence, out) : 0;
}

}  // namespace

constinit const Payload gtp_v2{.name = "gtp-v2",
                               .document = "3GPP TS 29.274 §7.1.1",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
