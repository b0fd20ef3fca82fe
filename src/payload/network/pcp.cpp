// Port control protocol: ANNOUNCE, which maps nothing. Our address is left out, and that is refused, by an answer.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5351};
constexpr std::uint8_t version = 2;
constexpr std::uint8_t announce = 0;
constexpr std::uint8_t is_response = 0x80;
constexpr std::uint8_t address_mismatch = 12;
constexpr std::size_t header_size = 24;
constexpr std::size_t shortest = 8;  // of a server that knows nothing later than NAT-PMP (RFC 6886 §3.5)

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u8(version).u8(announce).zeros(header_size - 2);
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  if (answer.size() < shortest || answer[0] > version || answer[1] != (is_response | announce)) return Match::other;
  return Match::genuine;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[0] != version || question[1] != announce) return 0;
  wire::Writer w{out};
  w.u8(version).u8(is_response | announce).u8(0).u8(address_mismatch).zeros(header_size - 4);
  return w.size();
}

}  // namespace

constinit const Payload pcp{
    .name = "pcp", .document = "RFC 6887 §14.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
