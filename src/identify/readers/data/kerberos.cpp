// Kerberos over TCP: a ticket of a realm that does not exist is refused with KRB-ERROR, and so may be what is no
// request at all (RFC 4120 §5.4.1, §5.9.1, §7.2.2).
#include <fmt/core.h>

#include <array>

#include "identify/readers/data/ber.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{88};
constexpr std::string_view realm = "PORTOLAN.INVALID";
constexpr std::string_view unspecified = "<unspecified realm>";
constexpr std::uint32_t longest_error = 4'096;

enum Tag : std::uint8_t {
  integer = 0x02,
  bits = 0x03,
  general_string = 0x1b,
  time_string = 0x18,
  sequence = 0x30,
  as_request = 0x6a,
  krb_error = 0x7e,
  context = 0xa0,
};

std::string field(unsigned number, std::string_view content) {
  return element(static_cast<std::uint8_t>(context + number), content);
}
std::string text(std::string_view words) { return element(general_string, words); }
std::string name(char type, std::string_view parts) {
  return element(sequence, field(0, element(integer, {&type, 1})) + field(1, element(sequence, parts)));
}

std::string ask() {
  const std::string types = element(integer, "\x12") + element(integer, "\x11") + element(integer, "\x17");
  const std::string body = field(0, element(bits, literal("\0\0\0\0\0"))) + field(1, name(1, text("portolan"))) +
                           field(2, text(realm)) + field(3, name(2, text("krbtgt") + text(realm))) +
                           field(5, element(time_string, "19700101000000Z")) + field(7, element(integer, "\x01")) +
                           field(8, element(sequence, types));
  const std::string request =
      element(as_request, element(sequence, field(1, element(integer, "\x05")) + field(2, element(integer, "\x0a")) +
                                                field(4, element(sequence, body))));
  return big(static_cast<std::uint32_t>(request.size()), 4) + request;
}

struct Error {
  std::string_view time;
  std::string_view realm;
  std::string_view text;
  std::int32_t code = 0;
};

// The one element that a field holds, of this kind.
std::string_view held(const Element& field, std::uint8_t tag) {
  const auto inner = element_in(field.content, tag);
  return inner && inner->rest.empty() ? inner->content : std::string_view{};
}

std::optional<Error> error_in(std::string_view bytes) {
  const auto message = element_in(bytes, krb_error);
  if (!message || !message->rest.empty()) return std::nullopt;
  const auto fields = element_in(message->content, sequence);
  if (!fields) return std::nullopt;
  Error error;
  std::int32_t version = 0;
  std::int32_t type = 0;
  bool has_code = false;
  for (std::string_view rest = fields->content; !rest.empty();) {
    const auto one = element_in(rest);
    if (!one || one->tag < context) return std::nullopt;
    rest = one->rest;
    switch (one->tag - context) {
      case 0:
        version = integer_of(held(*one, integer)).value_or(0);
        break;
      case 1:
        type = integer_of(held(*one, integer)).value_or(0);
        break;
      case 4:
        error.time = held(*one, time_string);
        break;
      case 6:
        has_code = integer_of(held(*one, integer)).has_value();
        error.code = integer_of(held(*one, integer)).value_or(0);
        break;
      case 9:
        error.realm = held(*one, general_string);
        break;
      case 11:
        error.text = held(*one, general_string);
        break;
      default:
        break;
    }
  }
  constexpr std::int32_t kerberos_5 = 5;
  constexpr std::int32_t is_error = 30;
  if (version != kerberos_5 || type != is_error || !has_code || error.time.size() != 15) return std::nullopt;
  return error;
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (answer.empty()) return {};
  const auto size = u32_at(answer, 0);
  if (!size) return cut_short(talk);
  if (*size > longest_error || *size < 4) return {};
  if (answer.size() - 4 < *size) return cut_short(talk);
  const auto error = error_in(answer.substr(4, *size));
  if (!error || talk.turns.size() > 1) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // MIT's says so in these words, measured; Heimdal and Windows have sentences, or nothing.
  if (error->text == "CLIENT_NOT_FOUND") reading.facts.product = "MIT Kerberos";
  // Heimdal's stands so for what was not asked of any realm, measured.
  const bool names_none = error->realm == unspecified;
  if (names_none) reading.facts.product = "Heimdal";
  const std::string_view time = error->time;
  if (is_printable(time)) {
    reading.facts.extra = fmt::format("server time: {}-{}-{} {}:{}:{}Z", time.substr(0, 4), time.substr(4, 2),
                                      time.substr(6, 2), time.substr(8, 2), time.substr(10, 2), time.substr(12, 2));
  }
  if (error->realm != realm && !names_none && !error->realm.empty() && is_printable(error->realm)) {
    reading.facts.extra += fmt::format("; realm {}", error->realm);
  }
  return reading;
}

}  // namespace

constinit const Reader kerberos{
    .name = "kerberos",
    .service = "kerberos-sec",
    .document = "RFC 4120",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .question = [](std::string_view) { return ask(); },
    .read = read,
};

}  // namespace portolan::identify
