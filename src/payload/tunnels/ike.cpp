#include "payload/tunnels/ike.h"

#include <algorithm>
#include <optional>

#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::uint32_t spi_rest = 1;  // no SPI is zero as a whole
constexpr std::uint8_t version_1 = 0x10;
constexpr std::uint8_t version_2 = 0x20;
constexpr std::uint8_t major = 0xf0;
constexpr std::uint8_t main_mode = 2;
constexpr std::uint8_t informational = 5;
constexpr std::uint8_t sa_init = 34;
constexpr std::uint8_t from_initiator = 0x08;
constexpr std::uint8_t is_response = 0x20;
constexpr std::uint16_t no_proposal_chosen = 14;  // of both versions
constexpr std::uint8_t protocol_ike = 1;

enum Next : std::uint8_t { nothing = 0, sa_v1 = 1, notify_v1 = 11, sa = 33, key = 34, nonce = 40, notify = 41 };

constexpr std::uint32_t header_size = 28;

struct Header {
  std::uint32_t spi = 0;  // the first half of the initiator's, where our cookie stands
  std::uint64_t responder = 0;
  std::uint8_t version = 0;
  std::uint8_t exchange = 0;
  std::uint8_t flags = 0;
};

std::optional<Header> parse(Bytes bytes) {
  wire::Reader r{bytes};
  Header header;
  header.spi = r.u32();
  r.skip(4);
  header.responder = std::uint64_t{r.u32()} << 32U;
  header.responder |= r.u32();
  r.skip(1);  // which payload is next
  header.version = r.u8();
  header.exchange = r.u8();
  header.flags = r.u8();
  r.skip(8);  // message id and length
  if (!r.ok()) return std::nullopt;
  return header;
}

void write_header(wire::Writer& w, const Header& header, Next next, std::uint32_t body_size) {
  w.u32(header.spi).u32(spi_rest).u32(static_cast<std::uint32_t>(header.responder >> 32U));
  w.u32(static_cast<std::uint32_t>(header.responder)).u8(next).u8(header.version).u8(header.exchange).u8(header.flags);
  w.u32(0).u32(header_size + body_size);
}

// A value that fits into the attribute itself (RFC 2408 §3.3).
void write_attribute(wire::Writer& w, std::uint16_t type, std::uint16_t value) { w.u16(0x8000U | type).u16(value); }

}  // namespace

std::size_t build_ikev1(std::uint32_t cookie, Buffer out) {
  constexpr std::uint16_t transform_size = 8 + 5 * 4;
  constexpr std::uint16_t proposal_size = 8 + transform_size;
  constexpr std::uint16_t sa_size = 12 + proposal_size;
  wire::Writer w{out};
  write_header(w, {.spi = cookie, .version = version_1, .exchange = main_mode}, sa_v1, sa_size);
  w.u16(nothing).u16(sa_size).u32(1).u32(1);  // of IPsec (RFC 2407), identity only
  w.u16(nothing).u16(proposal_size).u8(1).u8(protocol_ike).u8(0).u8(1);
  w.u16(nothing).u16(transform_size).u8(1).u8(1).u16(0);
  write_attribute(w, 1, 7);     // AES-CBC
  write_attribute(w, 14, 128);  // of 128 bits
  write_attribute(w, 2, 2);     // SHA-1
  write_attribute(w, 3, 1);     // pre-shared key
  write_attribute(w, 4, 14);    // MODP of 2048 bits
  return w.size();
}

Match match_ikev1(std::uint32_t cookie, Bytes answer) {
  const auto header = parse(answer);
  if (!header || (header->version & major) != version_1) return Match::other;
  const bool proposal = header->exchange == main_mode && header->responder != 0;  // without one it is a question
  if (!proposal && header->exchange != informational) return Match::other;
  return header->spi == cookie ? Match::genuine : Match::stale;
}

std::size_t answer_ikev1(Bytes question, Buffer out) {
  constexpr std::uint16_t notify_size = 12;
  const auto header = parse(question);
  if (!header || header->version != version_1 || header->exchange != main_mode) return 0;
  wire::Writer w{out};
  write_header(w, {.spi = header->spi, .responder = 1, .version = version_1, .exchange = informational}, notify_v1,
               notify_size);
  w.u16(nothing).u16(notify_size).u32(1).u8(protocol_ike).u8(0).u16(no_proposal_chosen);
  return w.size();
}

std::size_t build_ikev2(std::uint32_t cookie, Buffer out) {
  constexpr std::uint16_t key_attribute = 4;
  constexpr std::uint16_t transform_size = 8;
  constexpr std::uint16_t proposal_size = 8 + 4 * transform_size + key_attribute;
  constexpr std::uint16_t sa_size = 4 + proposal_size;
  constexpr std::uint16_t public_value = 32;
  constexpr std::uint16_t key_size = 8 + public_value;
  constexpr std::uint16_t nonce_value = 16;
  constexpr std::uint16_t nonce_size = 4 + nonce_value;
  constexpr std::uint16_t curve25519 = 31;  // RFC 8031
  wire::Writer w{out};
  write_header(w, {.spi = cookie, .version = version_2, .exchange = sa_init, .flags = from_initiator}, sa,
               sa_size + key_size + nonce_size);
  w.u8(key).u8(0).u16(sa_size).u16(nothing).u16(proposal_size).u8(1).u8(protocol_ike).u8(0).u8(4);
  const auto transform = [&w](std::uint8_t more, std::uint16_t size, std::uint8_t type, std::uint16_t id) {
    w.u8(more).u8(0).u16(size).u8(type).u8(0).u16(id);
  };
  transform(3, transform_size + key_attribute, 1, 12);  // AES-CBC
  write_attribute(w, 14, 128);
  transform(3, transform_size, 2, 5);   // PRF: HMAC-SHA-256
  transform(3, transform_size, 3, 12);  // integrity: the same
  transform(0, transform_size, 4, curve25519);
  // Any 32 bytes are a public value of this curve (RFC 7748 §5); nobody will ever compute with it.
  w.u8(nonce).u8(0).u16(key_size).u16(curve25519).u16(0).u8(9).zeros(public_value - 1);
  w.u16(nothing).u16(nonce_size).u32(cookie).zeros(nonce_value - 4);
  return w.size();
}

Match match_ikev2(std::uint32_t cookie, Bytes answer) {
  const auto header = parse(answer);
  if (!header || (header->version & major) != version_2 || (header->flags & is_response) == 0) return Match::other;
  return header->spi == cookie ? Match::genuine : Match::stale;
}

std::size_t answer_ikev2(Bytes question, Buffer out) {
  constexpr std::uint16_t notify_size = 8;
  const auto header = parse(question);
  if (!header || header->version != version_2 || header->exchange != sa_init) return 0;
  wire::Writer w{out};
  write_header(w, {.spi = header->spi, .responder = 1, .version = version_2, .exchange = sa_init, .flags = is_response},
               notify, notify_size);
  w.u16(nothing).u16(notify_size).u8(0).u8(0).u16(no_proposal_chosen);
  return w.size();
}

Bytes after_marker(Bytes bytes) {
  const bool marked = bytes.size() >= non_esp_marker &&
                      std::ranges::all_of(bytes.first(non_esp_marker), [](std::uint8_t byte) { return byte == 0; });
  return marked ? bytes.subspan(non_esp_marker) : Bytes{};
}

Buffer behind_marker(Buffer out) { return out.subspan(wire::Writer{out}.zeros(non_esp_marker).size()); }

}  // namespace portolan::payload
