// GigE Vision: which camera are you?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3956};
constexpr std::uint16_t command = 0x4201;  // that wants to be acknowledged
constexpr std::uint8_t acknowledgement = 0x00;
constexpr std::uint8_t error = 0x80;
constexpr std::uint16_t discovery = 2;
constexpr std::uint16_t discovered = 3;
constexpr std::uint16_t camera_size = 248;

std::uint16_t id_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie | 1U); }  // never 0

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.u16(command).u16(discovery).u16(0).u16(id_of(cookie)).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t type = r.u8();
  r.skip(1);
  const std::uint16_t answered = r.u16();
  const std::size_t size = r.u16();
  const std::uint16_t id = r.u16();
  if (!r.ok() || (type != acknowledgement && type != error) || answered != discovered) return Match::other;
  if (size != r.rest().size()) return Match::other;
  return id == id_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t type = r.u16();
  const std::uint16_t asked = r.u16();
  r.skip(2);
  const std::uint16_t id = r.u16();
  if (!r.ok() || type != command || asked != discovery) return 0;
  wire::Writer w{out};
  return w.u16(0).u16(discovered).u16(camera_size).u16(id).zeros(camera_size).size();
}

}  // namespace

constinit const Payload gvcp{.name = "gvcp",
                             .document = "aravis source, src/arvgvcpprivate.h",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
