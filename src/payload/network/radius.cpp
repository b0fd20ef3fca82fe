// RADIUS: may nobody in? No password is tried: in its place stands the state of no session. Whoever is not a client of
// the server hears nothing.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{1812, 1645};
constexpr std::uint8_t access_request = 1;
constexpr std::uint8_t access_accept = 2;
constexpr std::uint8_t access_reject = 3;
constexpr std::uint8_t access_challenge = 11;
constexpr std::uint8_t user_name = 1;
constexpr std::uint8_t state = 24;
constexpr std::uint8_t nas_identifier = 32;
constexpr std::string_view nobody = "nobody";
constexpr std::size_t authenticator = 16;
constexpr std::uint16_t header_size = 4 + authenticator;

std::uint8_t id_of(std::uint32_t cookie) { return static_cast<std::uint8_t>(cookie); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  constexpr std::uint8_t text_size = 2 + nobody.size();
  constexpr std::uint8_t state_size = 2 + 1;
  wire::Writer w{out};
  w.u8(access_request).u8(id_of(cookie)).u16(header_size + 2 * text_size + state_size).u32(cookie);
  w.zeros(authenticator - 4).u8(user_name).u8(text_size).text(nobody);
  w.u8(state).u8(state_size).u8(0).u8(nas_identifier).u8(text_size).text(nobody);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t code = r.u8();
  const std::uint8_t id = r.u8();
  r.skip(2 + authenticator);  // the latter takes the secret to be checked
  if (!r.ok() || (code != access_accept && code != access_reject && code != access_challenge)) return Match::other;
  return id == id_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[0] != access_request) return 0;
  wire::Writer w{out};
  w.u8(access_reject).u8(question[1]).u16(header_size).zeros(authenticator);
  return w.size();
}

}  // namespace

constinit const Payload radius{
    .name = "radius", .document = "RFC 2865 §4.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
