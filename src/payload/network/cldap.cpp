// Connectionless LDAP: which versions does your root entry name? Domain controllers answer this to anybody.
#include <array>
#include <optional>
#include <string_view>

#include "payload/network/ber.h"
#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{389};
constexpr std::uint8_t enumerated = 0x0a;
constexpr std::uint8_t boolean = 0x01;
constexpr std::uint8_t search_request = 0x63;
constexpr std::uint8_t search_entry = 0x64;
constexpr std::uint8_t search_done = 0x65;
constexpr std::uint8_t present = 0x87;
constexpr std::string_view any_class = "objectClass";
constexpr std::string_view wanted = "supportedLDAPVersion";
constexpr std::uint8_t search_size = 2 + 3 + 3 + 3 + 3 + 3 + 2 + any_class.size() + 2 + 2 + wanted.size();
constexpr std::uint8_t done_size = 3 + 2 + 2;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u8(ber::sequence).u8(6 + 2 + search_size).u8(ber::integer).u8(4).u32(four_byte_number(cookie));
  w.u8(search_request).u8(search_size).u8(ber::octets).u8(0);                  // the entry without a name
  w.u8(enumerated).u8(1).u8(0).u8(enumerated).u8(1).u8(0);                     // it alone, aliases as they are
  w.u8(ber::integer).u8(1).u8(0).u8(ber::integer).u8(1).u8(0);                 // no limit of size or time
  w.u8(boolean).u8(1).u8(0).u8(present).u8(any_class.size()).text(any_class);  // values as well
  w.u8(ber::sequence).u8(2 + wanted.size()).u8(ber::octets).u8(wanted.size()).text(wanted);
  return w.size();
}

struct Message {
  std::uint32_t id = 0;
  std::uint8_t operation = 0;
};

std::optional<Message> parse(Bytes bytes) {
  const auto whole = BerReader{bytes}.next(ber::sequence);
  if (!whole) return std::nullopt;
  BerReader message{*whole};
  const auto id = message.number();
  if (!id) return std::nullopt;
  return Message{*id, message.tag()};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || (message->operation != search_entry && message->operation != search_done)) return Match::other;
  return message->id == four_byte_number(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->operation != search_request) return 0;
  wire::Writer w{out};
  w.u8(ber::sequence).u8(6 + 2 + done_size).u8(ber::integer).u8(4).u32(message->id);
  w.u8(search_done).u8(done_size).u8(enumerated).u8(1).u8(0);  // success
  w.u8(ber::octets).u8(0).u8(ber::octets).u8(0);
  return w.size();
}

}  // namespace

constinit const Payload cldap{
    .name = "cldap", .document = "RFC 1798 §5", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
