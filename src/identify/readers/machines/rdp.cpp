// Remote desktop: the confirmation of an X.224 connection says which security the server chose ([MS-RDPBCGR] §2.2.1).
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{3389};
// TPKT, a connection request, and a negotiation that offers TLS, CredSSP and CredSSP with early authorization.
constexpr std::string_view asked = "\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x0b\0\0\0"sv;

constexpr std::size_t bare_size = 11;
constexpr std::size_t full_size = 19;

std::string_view security_name(std::uint32_t chosen) {
  constexpr std::array<std::string_view, 9> names{
      "RDP security", "TLS", "CredSSP", "", "RDSTLS", "", "", "", "CredSSP with early authorization"};
  return chosen < names.size() ? names.at(chosen) : ""sv;
}
std::string_view failure_name(std::uint32_t code) {
  constexpr std::array<std::string_view, 7> names{"",
                                                  "requires TLS",
                                                  "allows no TLS",
                                                  "has no certificate",
                                                  "inconsistent flags",
                                                  "requires CredSSP",
                                                  "requires TLS with a certificate of the user"};
  return code < names.size() ? names.at(code) : ""sv;
}

Reading read(const Talk& talk) {
  // T.125's DisconnectProviderUltimatum, in X.224's data: who was asked something else ends it so.
  constexpr std::string_view ends = "\x03\0\0\x09\x02\xf0\x80\x21\x80"sv;
  if (talk.turns.front().said != asked && talk.is_over && talk.first() == ends) {
    return {.is = Reading::Is::yes, .confidence = inferred};
  }
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  if (!may_begin(heard, "\x03\0\0"sv)) return {};
  const auto size = u16_at(heard, 2);
  if (size && *size != bare_size && *size != full_size) return {};
  if (!size || heard.size() < *size) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  constexpr std::uint8_t confirm = 0xd0;
  constexpr std::size_t tpkt_size = 4;
  // The length of X.224's own head, the code, and the reference that we gave.
  if (*u8_at(heard, tpkt_size) != *size - tpkt_size - 1 || *u8_at(heard, 5) != confirm || *u16_at(heard, 6) != 0) {
    return {};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (*size == bare_size) {
    // Others who carry ISO transport confirm so too.
    reading.confidence = inferred;
    reading.facts.extra = "RDP security";
    return reading;
  }
  constexpr std::uint8_t response = 2;
  constexpr std::uint8_t failure = 3;
  const std::uint8_t type = *u8_at(heard, bare_size);
  if (u16_little_at(heard, bare_size + 2) != 8) return {};
  const std::uint32_t value = *u32_little_at(heard, bare_size + 4);
  if (type != response && type != failure) return {};
  reading.facts.extra = type == response ? security_name(value) : failure_name(value);
  // TLS, and what is spoken inside it.
  constexpr std::uint32_t within_tls = 0x01 | 0x02 | 0x08;
  const bool begins_tls = type == response && (value & within_tls) != 0;
  reading.upgrade = begins_tls && talk.may_upgrade && !talk.in_tls && !talk.upgraded;
  add_detail(reading.facts, "rdp-enum-encryption", type == response ? "chosen" : "refusal", reading.facts.extra);
  return reading;
}

}  // namespace

constinit const Reader rdp{
    .name = "rdp",
    .service = "ms-wbt-server",
    .document = "[MS-RDPBCGR]",
    .first = Speaks::client,
    .ports = ports,
    // Often moved to another port.
    .rarity = 4,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
