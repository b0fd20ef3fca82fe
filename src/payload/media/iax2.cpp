// IAX2: are you there? A poke makes no call.
#include <array>
#include <optional>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4569};
constexpr std::uint16_t full_frame = 0x8000;
constexpr std::uint16_t call_bits = 0x7fff;
constexpr std::uint8_t iax_frame = 6;
constexpr std::uint8_t pong = 3;
constexpr std::uint8_t acknowledgement = 4;
constexpr std::uint8_t invalid = 10;
constexpr std::uint8_t poke = 30;

// A call's number is not 0.
std::uint16_t call_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(0x4000U | (cookie & 0x3fffU)); }

std::size_t write(std::uint16_t from, std::uint16_t to, std::uint8_t message, Buffer out) {
  wire::Writer w{out};
  w.u16(full_frame | from).u16(to).u32(0).u8(0).u8(0).u8(iax_frame).u8(message);
  return w.size();
}

std::size_t build(std::uint32_t cookie, Buffer out) { return write(call_of(cookie), 0, poke, out); }

struct Frame {
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  std::uint8_t message = 0;
};

std::optional<Frame> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint16_t from = r.u16();
  const std::uint16_t to = r.u16();
  r.skip(4 + 2);
  const std::uint8_t type = r.u8();
  const std::uint8_t message = r.u8();
  if (!r.ok() || (from & full_frame) == 0 || type != iax_frame) return std::nullopt;
  return Frame{static_cast<std::uint16_t>(from & call_bits), static_cast<std::uint16_t>(to & call_bits), message};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto frame = parse(answer);
  if (!frame) return Match::other;
  if (frame->message != pong && frame->message != acknowledgement && frame->message != invalid) return Match::other;
  return frame->to == call_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto frame = parse(question);
  return frame && frame->message == poke ? write(1, frame->from, pong, out) : 0;
}

}  // namespace

constinit const Payload iax2{
    .name = "iax2", .document = "RFC 5456 §6.7.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
