// memcached: which version are you?
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{11211};
constexpr std::string_view command = "version\r\n";
constexpr std::string_view reply = "VERSION ";
constexpr std::string_view error = "ERROR";
constexpr std::size_t header_size = 8;

std::uint16_t id_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

wire::Writer& write_header(wire::Writer& w, std::uint16_t id) {
  return w.u16(id).u16(0).u16(1).u16(0);  // the first datagram of one
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return write_header(w, id_of(cookie)).text(command).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t id = r.u16();
  r.skip(header_size - 2);
  const std::string_view text = as_text(r.rest());
  if (!text.starts_with(reply) && text.find(error) == text.npos) return Match::other;
  return id == id_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t id = r.u16();
  r.skip(header_size - 2);
  if (!r.ok() || as_text(r.rest()) != command) return 0;
  wire::Writer w{out};
  return write_header(w, id).text(reply).text("1.6.18\r\n").size();
}

}  // namespace

constinit const Payload memcached{.name = "memcached",
                                  .document = "memcached source, doc/protocol.txt",
                                  .ports = ports,
                                  .build = build,
                                  .match = match,
                                  .answer = answer};

}  // namespace portolan::payload
