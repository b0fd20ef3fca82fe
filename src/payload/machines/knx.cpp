// KNXnet/IP: describe yourself, to the address that the question came from.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3671};
constexpr std::uint16_t head = 0x0610;  // its size and the version, 1.0
constexpr std::uint16_t search_response = 0x0202;
constexpr std::uint16_t description_request = 0x0203;
constexpr std::uint16_t description_response = 0x0204;
constexpr std::uint16_t header_size = 6;
constexpr std::uint8_t endpoint_size = 8;
constexpr std::uint8_t udp = 1;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u16(head).u16(description_request).u16(header_size + endpoint_size);
  w.u8(endpoint_size).u8(udp).u32(0).u16(0);
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t first = r.u16();
  const std::uint16_t service = r.u16();
  const std::size_t size = r.u16();
  if (first != head || size != answer.size()) return Match::other;
  return service == description_response || service == search_response ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t first = r.u16();
  const std::uint16_t service = r.u16();
  if (first != head || service != description_request) return 0;
  constexpr std::uint8_t device_size = 54;
  constexpr std::uint8_t device = 1;
  constexpr std::uint16_t families = 0x0402;  // supported ones: a block of four bytes
  constexpr std::uint16_t core = 0x0201;
  wire::Writer w{out};
  w.u16(head).u16(description_response).u16(header_size + device_size + 4);
  w.u8(device_size).u8(device).zeros(device_size - 2).u16(families).u16(core);
  return w.size();
}

}  // namespace

constinit const Payload knx{
    .name = "knx", .document = "KNX 03_08_02 §7.6.3", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
