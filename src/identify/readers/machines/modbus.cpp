// Modbus/TCP: the device's identification (MODBUS application protocol 1.1b3 §6.21, MODBUS messaging on TCP/IP 1.0b
// §3.1). It is read and changes nothing.
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{502};
constexpr std::uint16_t transaction = 0x706f;
// Whoever is addressed by an IP address alone, not behind a gateway.
constexpr std::uint8_t itself = 0xff;
constexpr std::uint8_t encapsulated = 0x2b;
constexpr std::uint8_t identification = 0x0e;
constexpr std::uint8_t refusal = 0x80;
constexpr std::size_t header_size = 6;
constexpr std::size_t most_data = 254;

std::string modbus_question() {
  constexpr std::uint8_t basic = 1;
  constexpr std::uint8_t first_object = 0;
  const std::string body{static_cast<char>(itself), static_cast<char>(encapsulated), static_cast<char>(identification),
                         static_cast<char>(basic), static_cast<char>(first_object)};
  return big16(transaction) + big16(0) + big(body.size(), 2) + body;
}

// What it is not able to do it refuses, which tells who it is, too.
std::string_view refusal_in_words(std::uint8_t code) {
  switch (code) {
    case 1:
      return "tells nothing of itself";
    case 2:
    case 3:
      return "does not tell what it is";
    case 0x0a:
    case 0x0b:
      return "a gateway to which nobody answers";
    default:
      return "";
  }
}

void tell_objects(Cursor& in, Facts& facts) {
  enum Object : std::uint8_t { vendor, product_code, revision };
  const std::uint8_t count = in.u8();
  std::string maker;
  for (std::uint8_t i = 0; i < count; ++i) {
    const std::uint8_t object = in.u8();
    const std::string_view text = padded_text(in.take(in.u8()));
    if (!in.is_whole()) return;
    if (text.empty()) continue;
    if (object == vendor) maker = text;
    if (object == product_code) facts.product = text;
    if (object == revision) facts.version = text;
    constexpr std::array<std::string_view, 3> names{"VendorName", "ProductCode", "MajorMinorRevision"};
    if (object < names.size()) add_detail(facts, "modbus-discover", names.at(object), text);
  }
  if (!maker.empty()) facts.product = facts.product.empty() ? maker : fmt::format("{} {}", maker, facts.product);
  if (facts.product.empty()) facts.version.clear();
}

Reading read_modbus(const Talk& talk) {
  static const std::string asked = modbus_question();
  const std::string_view heard = talk.first();
  if (talk.turns.front().said != asked || heard == asked) return {};
  if (!may_begin(heard, std::string_view{asked}.substr(0, 4))) return {};
  if (heard.size() < header_size) return cut_short(talk);
  Cursor in{heard};
  in.skip(4);
  const std::uint16_t size = in.u16();
  if (size < 3 || size > most_data) return {};
  if (heard.size() < header_size + size) return cut_short(talk);
  Cursor body{heard.substr(header_size, size)};
  const std::uint8_t unit = body.u8();
  const std::uint8_t function = body.u8();
  if (unit != itself) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (function == (encapsulated | refusal)) {
    reading.facts.extra = refusal_in_words(body.u8());
    return reading;
  }
  if (function != encapsulated || body.u8() != identification) return {};
  body.skip(2);  // how much is asked, and how much there is
  body.skip(2);  // whether more follows, and from where on
  tell_objects(body, reading.facts);
  return reading;
}

}  // namespace

constinit const Reader modbus{
    .name = "modbus",
    .service = "modbus",
    .document = "MODBUS application protocol 1.1b3, MODBUS messaging on TCP/IP 1.0b",
    .first = Speaks::client,
    .ports = ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return modbus_question(); },
    .read = read_modbus,
};

}  // namespace portolan::identify
