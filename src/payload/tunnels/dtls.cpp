// DTLS 1.2: a first ClientHello. A server asks for it once more and forgets us. It should do so under the number of our
// record (§4.2.1), but those of OpenSSL and GnuTLS count from 0, so that no cookie can stand there.
#include <array>
#include <optional>
#include <span>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 9> ports{443, 853, 2083, 2221, 4433, 5349, 5684, 6514, 10161};
constexpr std::uint8_t handshake = 22;
constexpr std::uint8_t alert = 21;
constexpr std::uint16_t version_1_0 = 0xfeff;
constexpr std::uint16_t version_1_2 = 0xfefd;
constexpr std::uint8_t major = 0xfe;
constexpr std::uint8_t client_hello = 1;
constexpr std::uint8_t server_hello = 2;
constexpr std::uint8_t verify_request = 3;
constexpr std::size_t sequence_size = 8;  // epoch and number
constexpr std::uint16_t message_header = 12;
// ECDHE with RSA, with ECDSA, a pre-shared key (as RFC 7252 §9.1 has them for CoAP) and, for old servers, RSA alone.
constexpr std::array<std::uint16_t, 6> suites{0xc02f, 0xc02b, 0xc0ae, 0xc0a8, 0x009c, 0x002f};
constexpr std::array<std::uint16_t, 2> groups{23, 29};                      // P-256, X25519
constexpr std::array<std::uint16_t, 3> signatures{0x0403, 0x0401, 0x0804};  // ECDSA, RSA and RSA-PSS with SHA-256
constexpr std::uint16_t groups_size = 6 + 2 * groups.size();
constexpr std::uint16_t signatures_size = 6 + 2 * signatures.size();
constexpr std::uint16_t extensions_size = groups_size + signatures_size;
constexpr std::size_t random_size = 32;
constexpr std::uint16_t hello_size = 2 + random_size + 1 + 1 + 2 + 2 * suites.size() + 2 + 2 + extensions_size;

void write_list(wire::Writer& w, std::span<const std::uint16_t> values) {
  w.u16(static_cast<std::uint16_t>(2 * values.size()));
  for (const std::uint16_t value : values) w.u16(value);
}

wire::Writer& write_headers(wire::Writer& w, std::uint8_t message, std::uint16_t size) {
  w.u8(handshake).u16(version_1_0).zeros(sequence_size).u16(static_cast<std::uint16_t>(message_header + size));
  return w.u8(message).u8(0).u16(size).u16(0).u8(0).u16(0).u8(0).u16(size);  // message 0, whole
}

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  write_headers(w, client_hello, hello_size);
  w.u16(version_1_2).zeros(random_size).u8(0).u8(0);  // no session, no cookie yet
  write_list(w, suites);
  w.u8(1).u8(0).u16(extensions_size);  // no compression
  w.u16(10).u16(groups_size - 4);
  write_list(w, groups);
  w.u16(13).u16(signatures_size - 4);
  write_list(w, signatures);
  return w.size();
}

struct Record {
  std::uint8_t type = 0;
  std::uint8_t message = 0;
};

std::optional<Record> parse(Bytes bytes) {
  wire::Reader r{bytes};
  Record record;
  record.type = r.u8();
  const std::uint8_t version = r.u8();
  r.skip(1 + sequence_size + 2);  // the lower half of the version, the length
  record.message = r.u8();
  if (!r.ok() || version != major) return std::nullopt;
  return record;
}

Match match(std::uint32_t, Bytes answer) {
  const auto record = parse(answer);
  if (!record) return Match::other;
  if (record->type == alert) return Match::genuine;
  if (record->type != handshake) return Match::other;
  return record->message == verify_request || record->message == server_hello ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto record = parse(question);
  if (!record || record->type != handshake || record->message != client_hello) return 0;
  constexpr std::uint8_t cookie_size = 8;
  wire::Writer w{out};
  write_headers(w, verify_request, 3 + cookie_size);
  w.u16(version_1_0).u8(cookie_size).zeros(cookie_size);
  return w.size();
}

}  // namespace

constinit const Payload dtls{
    .name = "dtls", .document = "RFC 6347 §4.2.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
