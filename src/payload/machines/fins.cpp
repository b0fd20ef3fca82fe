// FINS of Omron: which controller are you?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9600};
constexpr std::uint8_t command = 0x80;  // that wants a response
constexpr std::uint8_t is_response = 0x40;
constexpr std::uint8_t gateways = 2;
constexpr std::size_t addresses = 6;  // network, node and unit of both sides: those at hand
constexpr std::uint16_t read_controller = 0x0501;
constexpr std::uint8_t model = 0;  // and version, rather than all units
constexpr std::size_t service = 9;
constexpr std::size_t header_size = 10;

std::uint8_t service_of(std::uint32_t cookie) { return static_cast<std::uint8_t>(cookie); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(command).u8(0).u8(gateways).zeros(addresses).u8(service_of(cookie)).u16(read_controller).u8(model);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t control = r.u8();
  r.skip(header_size - 1);
  const std::uint16_t read = r.u16();
  r.skip(2);  // how it ended
  if (!r.ok() || (control & is_response) == 0 || read != read_controller) return Match::other;
  return answer[service] == service_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size + 2 || question[0] != command) return 0;
  constexpr std::uint16_t not_executable = 0x0401;
  wire::Writer w{out};
  w.u8(command | is_response).u8(0).u8(gateways).zeros(addresses).u8(question[service]);
  return w.u16(read_controller).u16(not_executable).size();
}

}  // namespace

constinit const Payload fins{.name = "fins",
                             .document = "Omron W342, FINS commands 05 01",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
