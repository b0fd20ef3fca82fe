#include "payload/network/dns_message.h"

#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::uint16_t is_response = 0x8000;
constexpr std::uint16_t opcode = 0x7800;
constexpr std::size_t header_size = 12;

std::uint16_t id_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

}  // namespace

std::size_t build_dns_message(std::uint32_t cookie, DnsQuestion question, Buffer out) {
  wire::Writer w{out};
  w.u16(id_of(cookie)).u16(0).u16(1).u16(0).u16(0).u16(0);
  w.text(question.name).u8(0).u16(question.type).u16(question.kind);
  return w.size();
}

Match match_dns_message(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t id = r.u16();
  const std::uint16_t flags = r.u16();
  r.skip(header_size - 4);
  if (!r.ok() || (flags & is_response) == 0 || (flags & opcode) != 0) return Match::other;
  return id == id_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer_dns_message(Bytes question, std::uint16_t flags, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t id = r.u16();
  const std::uint16_t asked = r.u16();
  r.skip(header_size - 4);
  if (!r.ok() || asked != 0) return 0;
  wire::Writer w{out};
  w.u16(id).u16(is_response | flags).u16(0).u16(0).u16(0).u16(0);
  return w.size();
}

}  // namespace portolan::payload
