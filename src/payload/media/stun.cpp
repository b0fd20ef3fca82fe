// STUN: from which address do you see me?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{3478, 5349};
constexpr std::uint16_t binding_request = 0x0001;
constexpr std::uint16_t binding_success = 0x0101;
constexpr std::uint16_t binding_error = 0x0111;
constexpr std::uint32_t magic = 0x2112a442;
constexpr std::size_t transaction_size = 16;  // with the magic, which old servers give back like the rest (RFC 3489)

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u16(binding_request).u16(0).u32(magic).u32(cookie).zeros(transaction_size - 8);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t type = r.u16();
  r.skip(2);
  const Bytes transaction = r.take(transaction_size);
  if (!r.ok() || (type != binding_success && type != binding_error)) return Match::other;
  if (wire::u32_at(transaction, 0) != magic) return Match::other;
  return wire::u32_at(transaction, 4) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t type = r.u16();
  r.skip(2);
  const Bytes transaction = r.take(transaction_size);
  if (!r.ok() || type != binding_request) return 0;
  wire::Writer w{out};
  w.u16(binding_success).u16(0).bytes(transaction);
  return w.size();
}

}  // namespace

constinit const Payload stun{
    .name = "stun", .document = "RFC 8489 §6.2", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
