// Internet cache protocol: is that page in your cache? It is one that cannot be there, of the domain "invalid".
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3130};
constexpr std::uint8_t query = 1;
constexpr std::uint8_t hit = 2;
constexpr std::uint8_t miss = 3;
constexpr std::uint8_t error = 4;
constexpr std::uint8_t miss_no_fetch = 21;
constexpr std::uint8_t hit_object = 23;
constexpr std::uint8_t version = 2;
constexpr std::string_view page = "http://invalid/";
constexpr std::size_t header_size = 20;

wire::Writer& write_header(wire::Writer& w, std::uint8_t opcode, std::uint32_t number, std::size_t body_size) {
  w.u8(opcode).u8(version).u16(static_cast<std::uint16_t>(header_size + body_size)).u32(number);
  return w.u32(0).u32(0).u32(0);  // no options, no address of the sender's
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return write_header(w, query, cookie, 4 + page.size() + 1).u32(0).text(page).u8(0).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t opcode = r.u8();
  const std::uint8_t spoken = r.u8();
  r.skip(2);
  const std::uint32_t number = r.u32();
  r.skip(header_size - 8);
  const bool reply = (opcode >= hit && opcode <= error) || (opcode >= miss_no_fetch && opcode <= hit_object);
  if (!r.ok() || !reply || spoken < version) return Match::other;
  return number == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t opcode = r.u8();
  r.skip(3);
  const std::uint32_t number = r.u32();
  if (opcode != query || question.size() < header_size + 4) return 0;
  wire::Writer w{out};
  return write_header(w, miss, number, page.size() + 1).text(page).u8(0).size();
}

}  // namespace

constinit const Payload icp{
    .name = "icp", .document = "RFC 2186 §2", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
