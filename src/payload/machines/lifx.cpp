// LIFX lights: which services have you? The answer gives the source of the question back.
#include <array>
#include <bit>
#include <optional>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{56700};
constexpr std::uint16_t header_size = 36;
// Numbers of this protocol have their lower bytes first.
constexpr std::uint16_t swapped(std::uint16_t value) { return std::byteswap(value); }
constexpr std::uint16_t protocol = swapped(0x3400);  // 1024, with an address, which is everybody's
constexpr std::uint16_t get_service = swapped(2);
constexpr std::uint16_t state_service = swapped(3);
constexpr std::size_t between = 8 + 6 + 1 + 1 + 8;  // target, reserved, flags, sequence, reserved

// Answers to the source 0 may go to everybody.
std::uint32_t source_of(std::uint32_t cookie) { return cookie | 2U; }

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u16(swapped(header_size)).u16(protocol).u32(source_of(cookie)).zeros(between).u16(get_service).u16(0);
  return w.size();
}

struct Message {
  std::uint16_t type = 0;
  std::uint32_t source = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint16_t size = swapped(r.u16());
  r.skip(2);
  const std::uint32_t source = r.u32();
  r.skip(between);
  const std::uint16_t type = r.u16();
  r.skip(2);
  if (!r.ok() || size != bytes.size()) return std::nullopt;
  return Message{type, source};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || message->type != state_service) return Match::other;
  return message->source == source_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->type != get_service) return 0;
  constexpr std::uint16_t body_size = 1 + 4;
  wire::Writer w{out};
  w.u16(swapped(header_size + body_size)).u16(swapped(0x1400)).u32(message->source).zeros(between);
  w.u16(state_service).u16(0).u8(1).u16(swapped(56'700)).u16(0);  // UDP, its port
  return w.size();
}

}  // namespace

constinit const Payload lifx{.name = "lifx",
                             .document = "LIFX LAN protocol, Packet contents and Querying the device",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
