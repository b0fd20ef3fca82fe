// ASF: are you there? Management controllers answer, IPMI ones too.
#include <array>
#include <optional>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{623};
constexpr std::uint8_t rmcp_version = 6;
constexpr std::uint8_t unacknowledged = 0xff;
constexpr std::uint8_t asf_class = 6;
constexpr std::uint32_t asf_enterprise = 4'542;
constexpr std::uint8_t presence_ping = 0x80;
constexpr std::uint8_t presence_pong = 0x40;
constexpr std::uint8_t pong_size = 16;

std::uint8_t tag_of(std::uint32_t cookie) { return cookie & 0x7fU; }  // 255 would be no question

wire::Writer& write_head(wire::Writer& w, std::uint8_t type, std::uint8_t tag, std::uint8_t body_size) {
  w.u8(rmcp_version).u8(0).u8(unacknowledged).u8(asf_class);
  return w.u32(asf_enterprise).u8(type).u8(tag).u8(0).u8(body_size);
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return write_head(w, presence_ping, tag_of(cookie), 0).size();
}

struct Message {
  std::uint8_t type = 0;
  std::uint8_t tag = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint8_t version = r.u8();
  r.skip(2);
  const std::uint8_t kind = r.u8();
  const std::uint32_t enterprise = r.u32();
  const std::uint8_t type = r.u8();
  const std::uint8_t tag = r.u8();
  if (!r.ok() || version != rmcp_version || kind != asf_class || enterprise != asf_enterprise) return std::nullopt;
  return Message{type, tag};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || message->type != presence_pong) return Match::other;
  return message->tag == tag_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->type != presence_ping) return 0;
  constexpr std::uint8_t ipmi_and_asf = 0x81;
  wire::Writer w{out};
  write_head(w, presence_pong, message->tag, pong_size).u32(asf_enterprise).u32(0).u8(ipmi_and_asf).zeros(7);
  return w.size();
}

}  // namespace

constinit const Payload asf_rmcp{.name = "asf-rmcp",
                                 .document = "DMTF DSP0136 §3.2.4",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
