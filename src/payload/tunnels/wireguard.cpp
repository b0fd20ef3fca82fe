// WireGuard: the first message of a handshake, in its shape. A server answers only who knows its public key (§5.4.4 of
// the paper), so that an open port is silent; what looks like WireGuard and is not may answer.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{51820};
// Types and indices stand with their low byte first; of an index it does not matter.
constexpr std::uint32_t initiation = 0x0100'0000;
constexpr std::uint32_t response = 0x0200'0000;
constexpr std::uint32_t cookie_reply = 0x0300'0000;
constexpr std::size_t initiation_size = 148;
constexpr std::size_t response_size = 92;
constexpr std::size_t cookie_reply_size = 64;
constexpr std::size_t receiver_in_response = 8;
constexpr std::size_t receiver_in_cookie_reply = 4;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u32(initiation).u32(cookie).zeros(initiation_size - 8);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  const std::uint32_t type = wire::u32_at(answer, 0);
  const bool is_response = type == response && answer.size() == response_size;
  const bool is_cookie_reply = type == cookie_reply && answer.size() == cookie_reply_size;
  if (!is_response && !is_cookie_reply) return Match::other;
  const std::size_t receiver = is_response ? receiver_in_response : receiver_in_cookie_reply;
  return wire::u32_at(answer, receiver) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != initiation_size || wire::u32_at(question, 0) != initiation) return 0;
  wire::Writer w{out};
  w.u32(response).u32(1).u32(wire::u32_at(question, 4)).zeros(response_size - 12);
  return w.size();
}

}  // namespace

constinit const Payload wireguard{.name = "wireguard",
                                  .document = "WireGuard: Next Generation Kernel Network Tunnel, §5.4",
                                  .ports = ports,
                                  .build = build,
                                  .match = match,
                                  .answer = answer};

}  // namespace portolan::payload
