// CoAP: which resources have you? Of the list only the first sixteen bytes, if there are more.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5683};
constexpr std::uint8_t version_1 = 0x40;
constexpr std::uint8_t version_bits = 0xc0;
constexpr std::uint8_t type_bits = 0x30;
constexpr std::uint8_t acknowledgement = 0x20;
constexpr std::uint8_t reset = 0x30;
constexpr std::uint8_t token_bits = 0x0f;
constexpr std::uint8_t token_size = 4;
constexpr std::uint8_t get = 0x01;
constexpr std::uint8_t not_found = 0x84;
constexpr std::uint8_t code_class = 0xe0;
constexpr std::string_view well_known = ".well-known";
constexpr std::string_view core = "core";
constexpr std::uint8_t uri_path = 11;
constexpr std::uint8_t block_2 = 23;  // RFC 7959 §2.1; without a value: the first block, of 16 bytes

std::uint16_t message_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

// How an option begins: by how much its number is more than the last one's, and its length.
constexpr std::uint8_t option(unsigned more, std::size_t length) {
  return static_cast<std::uint8_t>(more << 4U | length);
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(version_1 | token_size).u8(get).u16(message_of(cookie)).u32(cookie);  // to be confirmed
  w.u8(option(uri_path, well_known.size())).text(well_known).u8(option(0, core.size())).text(core);
  w.u8(option(block_2 - uri_path, 0));
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t first = r.u8();
  const std::uint8_t code = r.u8();
  const std::uint16_t message = r.u16();
  if (!r.ok() || (first & version_bits) != version_1) return Match::other;
  const std::uint8_t type = first & type_bits;
  if (code == 0) {  // without a response: a bare acknowledgement or a reset
    if (type != acknowledgement && type != reset) return Match::other;
    return message == message_of(cookie) ? Match::genuine : Match::stale;
  }
  if ((code & code_class) == 0) return Match::other;  // a request
  return (first & token_bits) == token_size && r.u32() == cookie && r.ok() ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint8_t first = r.u8();
  const std::uint8_t code = r.u8();
  const std::uint16_t message = r.u16();
  const Bytes token = r.take(token_size);
  if (!r.ok() || first != (version_1 | token_size) || code != get) return 0;
  wire::Writer w{out};
  w.u8(version_1 | acknowledgement | token_size).u8(not_found).u16(message).bytes(token);
  return w.size();
}

}  // namespace

constinit const Payload coap{
    .name = "coap", .document = "RFC 6690 §4", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
