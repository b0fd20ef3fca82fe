// SNMP version 3: which engine are you? Without a name and a password every engine tells that much, in a report.
#include <array>
#include <optional>

#include "payload/network/ber.h"
#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{161};
constexpr std::uint8_t version_3 = 3;
constexpr std::uint8_t get_request = 0xa0;
constexpr std::uint8_t report = 0xa8;
constexpr std::uint8_t reportable = 0x04;
constexpr std::uint8_t user_security = 3;
constexpr std::uint16_t longest_message = 484;  // the least that RFC 3412 §6.2 allows
// Contents of fixed size, innermost first.
constexpr std::uint8_t pdu_size = 6 + 3 + 3 + 2;
constexpr std::uint8_t scoped_size = 2 + 2 + 2 + pdu_size;
constexpr std::uint8_t security_size = 2 + 3 + 3 + 2 + 2 + 2;
constexpr std::uint8_t header_size = 6 + 4 + 3 + 3;
constexpr std::uint8_t message_size = 3 + 2 + header_size + 4 + security_size + 2 + scoped_size;

std::size_t write(std::uint32_t id, std::uint8_t flags, std::uint8_t pdu, Buffer out) {
  wire::Writer w{out};
  const auto number = [&w](std::uint8_t value) { w.u8(ber::integer).u8(1).u8(value); };
  const auto empty = [&w](std::uint8_t tag) { w.u8(tag).u8(0); };
  w.u8(ber::sequence).u8(message_size);
  number(version_3);
  w.u8(ber::sequence).u8(header_size).u8(ber::integer).u8(4).u32(id);
  w.u8(ber::integer).u8(2).u16(longest_message).u8(ber::octets).u8(1).u8(flags);
  number(user_security);
  w.u8(ber::octets).u8(security_size + 2).u8(ber::sequence).u8(security_size);
  empty(ber::octets);  // the engine that is asked: unknown, which is the question (RFC 3414 §4)
  number(0);           // how often it has started, and how long ago
  number(0);
  for (int i = 0; i < 3; ++i) empty(ber::octets);  // user, authentication, encryption
  w.u8(ber::sequence).u8(scoped_size);
  empty(ber::octets);  // context: its engine and its name
  empty(ber::octets);
  w.u8(pdu).u8(pdu_size).u8(ber::integer).u8(4).u32(id);
  number(0);
  number(0);
  empty(ber::sequence);
  return w.size();
}

struct Message {
  std::uint32_t id = 0;
  std::uint8_t flags = 0;
};

std::optional<Message> parse(Bytes bytes) {
  const auto whole = BerReader{bytes}.next(ber::sequence);
  if (!whole) return std::nullopt;
  BerReader message{*whole};
  const auto version = message.number();
  const auto header = message.next(ber::sequence);
  if (version != version_3 || !header) return std::nullopt;
  BerReader fields{*header};
  const auto id = fields.number();
  const auto size = fields.number();
  const auto flags = fields.next(ber::octets);
  if (!id || !size || !flags || flags->size() != 1) return std::nullopt;
  return Message{*id, (*flags)[0]};
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  return write(four_byte_number(cookie), reportable, get_request, out);
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || (message->flags & reportable) != 0) return Match::other;  // no report asks for one
  return message->id == four_byte_number(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  return message && (message->flags & reportable) != 0 ? write(message->id, 0, report, out) : 0;
}

}  // namespace

constinit const Payload snmp_v3{
    .name = "snmp-v3", .document = "RFC 3414 §4", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
