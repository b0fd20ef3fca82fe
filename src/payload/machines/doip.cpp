// Diagnostics over IP: which vehicle are you?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{13400};
constexpr std::uint16_t any_version = 0xff00;  // and its complement
constexpr std::uint16_t version_2 = 0x02fd;
constexpr std::uint16_t refusal = 0x0000;
constexpr std::uint16_t identification_request = 0x0001;
constexpr std::uint16_t announcement = 0x0004;
constexpr std::size_t header_size = 8;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.u16(any_version).u16(identification_request).u32(0).size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t version = r.u8();
  const std::uint8_t complement = r.u8();
  const std::uint16_t type = r.u16();
  const std::size_t size = r.u32();
  if (!r.ok() || (version ^ complement) != 0xff || size != r.rest().size()) return Match::other;
  return type == announcement || (type == refusal && size == 1) ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  r.skip(2);
  const std::uint16_t type = r.u16();
  if (question.size() < header_size || type != identification_request) return 0;
  constexpr std::uint32_t size = 17 + 2 + 6 + 6 + 1;  // vehicle, its address, entity, group, what to do next
  wire::Writer w{out};
  return w.u16(version_2).u16(announcement).u32(size).zeros(size).size();
}

}  // namespace

constinit const Payload doip{
    .name = "doip", .document = "ISO 13400-2 §7.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
