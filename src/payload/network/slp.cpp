// Service location protocol: which types of services do you know?
#include <array>
#include <optional>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{427};
constexpr std::uint8_t version = 2;
constexpr std::uint8_t type_request = 9;
constexpr std::uint8_t type_reply = 10;
constexpr std::string_view language = "en";
constexpr std::string_view scope = "DEFAULT";
constexpr std::size_t header_size = 14 + language.size();

std::uint16_t id_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

wire::Writer& write_header(wire::Writer& w, std::uint8_t function, std::uint16_t id, std::size_t body_size) {
  w.u8(version).u8(function).u8(0).u16(static_cast<std::uint16_t>(header_size + body_size));
  w.u16(0).u8(0).u16(0).u16(id);  // no flags, no extension
  return w.u16(language.size()).text(language);
}

struct Message {
  std::uint8_t function = 0;
  std::uint16_t id = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint8_t spoken = r.u8();
  const std::uint8_t function = r.u8();
  r.skip(8);
  const std::uint16_t id = r.u16();
  if (!r.ok() || spoken != version) return std::nullopt;
  return Message{function, id};
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  write_header(w, type_request, id_of(cookie), 2 + 2 + 2 + scope.size());
  w.u16(0).u16(0).u16(scope.size()).text(scope);  // nobody answered yet, types of IANA
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || message->function != type_reply) return Match::other;
  return message->id == id_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->function != type_request) return 0;
  wire::Writer w{out};
  return write_header(w, type_reply, message->id, 4).u16(0).u16(0).size();  // no error, no type
}

}  // namespace

constinit const Payload slp{
    .name = "slp", .document = "RFC 2608 §10.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
