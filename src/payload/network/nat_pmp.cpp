// NAT-PMP: which address have you outside?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5351};
constexpr std::uint8_t version = 0;
constexpr std::uint8_t external_address = 0;
constexpr std::uint8_t is_response = 0x80;
constexpr std::size_t shortest = 8;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u8(version).u8(external_address);
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  if (answer.size() < shortest || answer[0] != version) return Match::other;
  return answer[1] == (is_response | external_address) ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < 2 || question[0] != version || question[1] != external_address) return 0;
  wire::Writer w{out};
  w.u8(version).u8(is_response | external_address).u16(0).u32(1).u32(0);  // success, up for a second, no address
  return w.size();
}

}  // namespace

constinit const Payload nat_pmp{
    .name = "nat-pmp", .document = "RFC 6886 §3.2", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
