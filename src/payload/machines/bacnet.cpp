// BACnet/IP: which device are you? The wildcard instance is everybody (§15.5.2).
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{47808};
constexpr std::uint8_t bacnet_ip = 0x81;
constexpr std::uint8_t original_unicast = 0x0a;
constexpr std::uint8_t network_version = 1;
constexpr std::uint8_t reply_expected = 0x04;
constexpr std::uint8_t is_network_message = 0x80;
constexpr std::uint8_t has_destination = 0x20;
constexpr std::uint8_t has_source = 0x08;
constexpr std::uint8_t confirmed_request = 0;
constexpr std::uint8_t longest_unsegmented = 5;  // 1476 bytes, as long as Ethernet takes
constexpr std::uint8_t read_property = 12;
constexpr std::uint16_t head_size = 4 + 2;
constexpr std::uint16_t service_size = 1 + 5 + 2;  // the service, which object and which of its properties

enum Pdu : std::uint8_t { complex_ack = 3, error = 5, reject = 6, abort = 7 };

std::uint8_t invocation_of(std::uint32_t cookie) { return static_cast<std::uint8_t>(cookie); }

wire::Writer& write_head(wire::Writer& w, std::uint8_t control, std::uint16_t body_size) {
  w.u8(bacnet_ip).u8(original_unicast).u16(static_cast<std::uint16_t>(head_size + body_size));
  return w.u8(network_version).u8(control);
}

wire::Writer& write_service(wire::Writer& w, std::uint32_t device) {
  constexpr std::uint32_t device_type = 8;
  constexpr std::uint8_t object_identifier = 75;
  return w.u8(read_property).u8(0x0c).u32(device_type << 22U | device).u8(0x19).u8(object_identifier);
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  constexpr std::uint32_t any_device = 0x3f'ffff;
  wire::Writer w{out};
  write_head(w, reply_expected, 3 + service_size);
  w.u8(confirmed_request).u8(longest_unsegmented).u8(invocation_of(cookie));
  return write_service(w, any_device).size();
}

// Who a message is for and from, where routers have said so: a network and an address of some length.
void skip_address(wire::Reader& r) {
  r.skip(2);
  r.skip(r.u8());
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t type = r.u8();
  r.skip(3);
  const std::uint8_t version = r.u8();
  const std::uint8_t control = r.u8();
  if (type != bacnet_ip || version != network_version || (control & is_network_message) != 0) return Match::other;
  if ((control & has_destination) != 0) skip_address(r);
  if ((control & has_source) != 0) skip_address(r);
  if ((control & has_destination) != 0) r.skip(1);  // hops
  const std::uint8_t pdu = r.u8() >> 4U;
  const std::uint8_t invocation = r.u8();
  if (!r.ok() || (pdu != complex_ack && pdu != error && pdu != reject && pdu != abort)) return Match::other;
  return invocation == invocation_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  constexpr std::size_t invocation = head_size + 2;
  if (question.size() < head_size + 3 + service_size || question[0] != bacnet_ip) return 0;
  if (question[head_size] != confirmed_request) return 0;
  wire::Writer w{out};
  write_head(w, 0, 2 + service_size + 7);
  w.u8(complex_ack << 4U).u8(question[invocation]);
  return write_service(w, 1).u8(0x3e).u8(0xc4).u32(0x0200'0001).u8(0x3f).size();  // the value: device 1
}

}  // namespace

constinit const Payload bacnet{.name = "bacnet",
                               .document = "ANSI/ASHRAE 135 annex J and §15.5",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
