// DHCP: what else is configured here? It takes no address away from anybody (RFC 2131 §3.4). Servers answer to port 68
// (§4.1), where nobody listens for us; who answers to the port that asked is heard.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{67};
constexpr std::uint8_t boot_request = 1;
constexpr std::uint8_t boot_reply = 2;
constexpr std::uint8_t ethernet = 1;
constexpr std::uint8_t ethernet_address_size = 6;
// Seconds, flags, four IPv4 addresses, the hardware's address, the server's name and the file's.
constexpr std::size_t rest_of_header = 2 + 2 + 4 * 4 + 16 + 64 + 128;
constexpr std::size_t header_size = 236;
constexpr std::uint32_t magic = 0x6382'5363;  // RFC 2131 §3: options follow
// RFC 2132.
constexpr std::uint8_t option_message_type = 53;
constexpr std::uint8_t option_wanted = 55;
constexpr std::uint8_t option_end = 255;
constexpr std::uint8_t message_ack = 5;
constexpr std::uint8_t message_inform = 8;
constexpr std::uint8_t subnet_mask = 1;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(boot_request).u8(ethernet).u8(ethernet_address_size).u8(0).u32(cookie).zeros(rest_of_header).u32(magic);
  w.u8(option_message_type).u8(1).u8(message_inform);
  w.u8(option_wanted).u8(1).u8(subnet_mask);
  w.u8(option_end);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t operation = r.u8();
  r.skip(3);
  const std::uint32_t transaction = r.u32();
  r.skip(rest_of_header);
  if (r.u32() != magic || operation != boot_reply || !r.ok()) return Match::other;
  return transaction == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[0] != boot_request) return 0;
  wire::Writer w{out};
  w.u8(boot_reply).u8(ethernet).u8(ethernet_address_size).u8(0).u32(wire::u32_at(question, 4));
  w.zeros(rest_of_header).u32(magic).u8(option_message_type).u8(1).u8(message_ack).u8(option_end);
  return w.size();
}

}  // namespace

constinit const Payload dhcp{.name = "dhcp",
                             .document = "RFC 2131 §2, §4.4.3",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
