// L2TP: a tunnel, please. We never confirm it, so that it is gone as soon as the peer is tired of asking.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1701};
constexpr std::uint16_t is_control = 0xc802;  // with a length and sequence numbers, version 2
constexpr std::uint16_t control_bit = 0x8000;
constexpr std::uint16_t version = 0x000f;
constexpr std::uint16_t mandatory = 0x8000;
constexpr std::size_t header_size = 12;
constexpr std::string_view host_name = "nobody";

enum Message : std::uint16_t { start_request = 1, start_reply = 2, stop = 4 };

// No tunnel has the number 0.
std::uint16_t tunnel_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie | 1U); }

wire::Writer& attribute(wire::Writer& w, std::uint16_t type, std::size_t size) {
  return w.u16(static_cast<std::uint16_t>(mandatory | (6 + size))).u16(0).u16(type);
}

std::size_t write(std::uint16_t to_tunnel, std::uint16_t assigned, Message message, Buffer out) {
  constexpr std::uint16_t size = header_size + 8 + 8 + 10 + 6 + host_name.size() + 8;
  wire::Writer w{out};
  w.u16(is_control).u16(size).u16(to_tunnel).zeros(header_size - 6);
  attribute(w, 0, 2).u16(message);
  attribute(w, 2, 2).u16(0x0100);  // of the protocol: version 1, revision 0
  attribute(w, 3, 4).u32(3);       // framing, synchronous and asynchronous
  attribute(w, 7, host_name.size()).text(host_name);
  attribute(w, 9, 2).u16(assigned);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t flags = r.u16();
  r.skip(2);
  const std::uint16_t tunnel = r.u16();
  r.skip(header_size - 6);
  if (!r.ok() || (flags & control_bit) == 0 || (flags & version) != 2) return Match::other;
  if (!r.rest().empty()) {  // a mere acknowledgement has no attributes
    r.skip(6);
    const std::uint16_t message = r.u16();
    if (message != start_reply && message != stop) return Match::other;
  }
  return tunnel == tunnel_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t build(std::uint32_t cookie, Buffer out) { return write(0, tunnel_of(cookie), start_request, out); }

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint16_t flags = r.u16();
  if (flags != is_control || question.size() < header_size + 2) return 0;
  r = wire::Reader{question.last(2)};
  return write(r.u16(), 1, start_reply, out);
}

}  // namespace

constinit const Payload l2tp{
    .name = "l2tp", .document = "RFC 2661 §6.1", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
