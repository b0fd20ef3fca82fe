// HDHomeRun: which devices, of any type and number?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{65001};
constexpr std::uint16_t discover_request = 2;
constexpr std::uint16_t discover_reply = 3;
constexpr std::uint8_t device_type = 1;
constexpr std::uint8_t device_id = 2;
constexpr std::uint8_t number_size = 4;
constexpr std::uint32_t any = 0xffff'ffff;
constexpr std::size_t around = 2 + 2 + 4;  // type, length and checksum
// Of all bytes before them, as Ethernet has it; neither message ever changes.
constexpr std::uint32_t checksum_of_request = 0x73cc7d8f;
constexpr std::uint32_t checksum_of_reply = 0x7a240cf0;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u16(discover_request).u16(2 * (2 + number_size));
  w.u8(device_type).u8(number_size).u32(any).u8(device_id).u8(number_size).u32(any).u32(checksum_of_request);
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t type = r.u16();
  const std::size_t size = r.u16();
  return type == discover_reply && answer.size() == around + size ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < around || wire::Reader{question}.u16() != discover_request) return 0;
  wire::Writer w{out};
  w.u16(discover_reply).u16(2 + number_size).u8(device_type).u8(number_size).u32(1).u32(checksum_of_reply);
  return w.size();
}

}  // namespace

constinit const Payload hdhomerun{.name = "hdhomerun",
                                  .document = "libhdhomerun source, hdhomerun_pkt.h",
                                  .ports = ports,
                                  .build = build,
                                  .match = match,
                                  .answer = answer};

}  // namespace portolan::payload
