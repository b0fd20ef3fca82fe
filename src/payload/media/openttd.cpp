// OpenTTD: are you a server?
#include <array>
#include <bit>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3979};
constexpr std::uint8_t find_server = 0;
constexpr std::uint8_t server_response = 1;
constexpr std::size_t header_size = 3;

// The length stands first, its lower byte before the other.
constexpr std::uint16_t length(std::uint16_t size) { return std::byteswap(size); }

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.u16(length(header_size)).u8(find_server).size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t size = length(r.u16());
  return size == answer.size() && r.u8() == server_response ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != header_size || question[2] != find_server) return 0;
  wire::Writer w{out};
  return w.u16(length(header_size + 1)).u8(server_response).u8(4).size();  // version of what would follow
}

}  // namespace

constinit const Payload openttd{.name = "openttd",
                                .document = "OpenTTD source, src/network/core/udp.h",
                                .ports = ports,
                                .build = build,
                                .match = match,
                                .answer = answer};

}  // namespace portolan::payload
