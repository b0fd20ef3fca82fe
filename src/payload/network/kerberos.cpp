// Kerberos: a ticket for nobody, of a realm that is not here. Every KDC says so; nothing of the error is ours for sure.
#include <array>
#include <optional>
#include <string_view>

#include "payload/network/ber.h"
#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{88};
constexpr std::uint8_t version_5 = 5;
constexpr std::uint8_t request_type = 10;
constexpr std::uint8_t error_type = 30;
constexpr std::uint8_t as_request = 0x6a;
constexpr std::uint8_t as_reply = 0x6b;
constexpr std::uint8_t error = 0x7e;
constexpr std::uint8_t bits = 0x03;
constexpr std::uint8_t time = 0x18;
constexpr std::uint8_t letters = 0x1b;
constexpr std::string_view realm = "INVALID";
constexpr std::string_view client = "nobody";
constexpr std::string_view service = "krbtgt";
constexpr std::string_view epoch = "19700101000000Z";  // as long as the KDC likes (RFC 4120 §5.4.1)
constexpr std::uint8_t unknown_realm = 68;

constexpr std::uint8_t field(unsigned number) { return static_cast<std::uint8_t>(0xa0U | number); }

// Sizes with tag and length, for the elements that hold others.
constexpr std::size_t text_size(std::string_view text) { return 2 + text.size(); }
constexpr std::uint8_t client_size = 2 + 3 + 2 + 2 + text_size(client);
constexpr std::uint8_t service_size = 2 + 3 + 2 + 2 + text_size(service) + text_size(realm);
constexpr std::uint8_t body_size = (2 + 7) + (2 + 2 + client_size) + (2 + text_size(realm)) + (2 + 2 + service_size) +
                                   (2 + text_size(epoch)) + (2 + 3) + (2 + 2 + 6);
constexpr std::uint8_t request_size = (2 + 3) + (2 + 3) + (2 + 2 + body_size);
constexpr std::uint8_t error_size =
    (2 + 3) + (2 + 3) + (2 + text_size(epoch)) + (2 + 3) + (2 + 3) + (2 + text_size(realm)) + (2 + 2 + service_size);

class KerberosWriter {
 public:
  explicit KerberosWriter(Buffer out) : w_{out} {}

  KerberosWriter& open(std::uint8_t tag, std::size_t size) {
    w_.u8(tag).u8(static_cast<std::uint8_t>(size));
    return *this;
  }
  KerberosWriter& number(std::uint8_t value) {
    w_.u8(ber::integer).u8(1).u8(value);
    return *this;
  }
  KerberosWriter& text(std::uint8_t tag, std::string_view value) {
    w_.u8(tag).u8(static_cast<std::uint8_t>(value.size())).text(value);
    return *this;
  }
  KerberosWriter& service_name(unsigned in_field) {
    open(field(in_field), 2 + service_size).open(ber::sequence, service_size).open(field(0), 3).number(2);
    open(field(1), 2 + text_size(service) + text_size(realm))
        .open(ber::sequence, text_size(service) + text_size(realm));
    return text(letters, service).text(letters, realm);
  }
  [[nodiscard]] std::size_t size() const { return w_.size(); }

 private:
  wire::Writer w_;
};

std::size_t build(std::uint32_t, Buffer out) {
  KerberosWriter w{out};
  w.open(as_request, 2 + request_size).open(ber::sequence, request_size);
  w.open(field(1), 3).number(version_5).open(field(2), 3).number(request_type);
  w.open(field(4), 2 + body_size).open(ber::sequence, body_size);
  w.open(field(0), 7).text(bits, std::string_view{"\0\0\0\0\0", 5});  // no options
  w.open(field(1), 2 + client_size).open(ber::sequence, client_size).open(field(0), 3).number(1);
  w.open(field(1), 2 + text_size(client)).open(ber::sequence, text_size(client)).text(letters, client);
  w.open(field(2), text_size(realm)).text(letters, realm);
  w.service_name(3);
  w.open(field(5), text_size(epoch)).text(time, epoch);
  w.open(field(7), 3).number(1);                                         // nonce
  w.open(field(8), 2 + 6).open(ber::sequence, 6).number(18).number(17);  // AES with HMAC-SHA-1 (RFC 3962)
  return w.size();
}

// What pvno and msg-type say of a message that has them as its fields `number` and the next.
bool is_message(Bytes bytes, std::uint8_t tag, unsigned number, std::uint32_t type) {
  const auto whole = BerReader{bytes}.next(tag);
  const auto fields = whole ? BerReader{*whole}.next(ber::sequence) : std::nullopt;
  if (!fields) return false;
  BerReader r{*fields};
  const auto version = r.next(field(number));
  const auto kind = r.next(field(number + 1));
  return version && kind && BerReader{*version}.number() == version_5 && BerReader{*kind}.number() == type;
}

Match match(std::uint32_t, Bytes answer) {
  return is_message(answer, error, 0, error_type) || is_message(answer, as_reply, 0, request_type + 1) ? Match::genuine
                                                                                                       : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (!is_message(question, as_request, 1, request_type)) return 0;
  KerberosWriter w{out};
  w.open(error, 2 + error_size).open(ber::sequence, error_size);
  w.open(field(0), 3).number(version_5).open(field(1), 3).number(error_type);
  w.open(field(4), text_size(epoch)).text(time, epoch).open(field(5), 3).number(0);
  w.open(field(6), 3).number(unknown_realm).open(field(9), text_size(realm)).text(letters, realm);
  w.service_name(10);
  return w.size();
}

}  // namespace

constinit const Payload kerberos{.name = "kerberos",
                                 .document = "RFC 4120 §5.4.1",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
