#include "payload/network/snmp.h"

#include <array>
#include <optional>
#include <string_view>

#include "payload/network/ber.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::string_view community = "public";
constexpr std::uint8_t get_request = 0xa0;
constexpr std::uint8_t get_response = 0xa2;
constexpr std::uint8_t no_such_name = 2;
constexpr std::array<std::uint8_t, 8> sys_descr{0x2b, 6, 1, 2, 1, 1, 1, 0};  // 1.3.6.1.2.1.1.1.0, RFC 1213 §6.3
// What follows the request id: the error's status and index, and one binding without a value.
constexpr std::uint8_t binding_size = 2 + sys_descr.size() + 2;
constexpr std::uint8_t pdu_size = 6 + 3 + 3 + 2 + 2 + binding_size;
constexpr std::uint8_t message_size = 3 + 2 + community.size() + 2 + pdu_size;

struct Message {
  std::uint32_t version = 0;
  std::uint32_t id = 0;
};

std::optional<Message> parse(Bytes bytes, std::uint8_t pdu_tag) {
  const auto whole = BerReader{bytes}.next(ber::sequence);
  if (!whole) return std::nullopt;
  BerReader message{*whole};
  const auto version = message.number();
  const auto name = message.next(ber::octets);
  const auto pdu = message.next(pdu_tag);
  if (!version || !name || !pdu) return std::nullopt;
  const auto id = BerReader{*pdu}.number();
  if (!id) return std::nullopt;
  return Message{*version, *id};
}

std::size_t write(Message message, std::uint8_t pdu_tag, std::uint8_t error, Buffer out) {
  wire::Writer w{out};
  const auto number = [&w](std::uint8_t value) { w.u8(ber::integer).u8(1).u8(value); };
  w.u8(ber::sequence).u8(message_size);
  number(static_cast<std::uint8_t>(message.version));
  w.u8(ber::octets).u8(community.size()).text(community);
  w.u8(pdu_tag).u8(pdu_size).u8(ber::integer).u8(4).u32(message.id);
  number(error);
  number(error == 0 ? 0 : 1);  // the binding it is about
  w.u8(ber::sequence).u8(binding_size + 2).u8(ber::sequence).u8(binding_size);
  w.u8(ber::object).u8(sys_descr.size()).bytes(sys_descr).u8(ber::null).u8(0);
  return w.size();
}

}  // namespace

std::size_t build_snmp_get(std::uint32_t cookie, SnmpVersion version, Buffer out) {
  return write({static_cast<std::uint32_t>(version), four_byte_number(cookie)}, get_request, 0, out);
}

Match match_snmp_response(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer, get_response);
  if (!message) return Match::other;
  return message->id == four_byte_number(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer_snmp_get(Bytes question, Buffer out) {
  const auto message = parse(question, get_request);
  return message ? write(*message, get_response, no_such_name, out) : 0;
}

}  // namespace portolan::payload
