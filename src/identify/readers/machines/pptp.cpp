// PPTP: the reply to a Start-Control-Connection-Request names vendor, host and firmware (RFC 2637 §2.2).
#include <fmt/core.h>

#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1723};
constexpr std::size_t size = 156;
constexpr std::size_t name_size = 64;
constexpr std::uint32_t cookie = 0x1a2b3c4d;

std::string request() {
  constexpr std::uint16_t version = 0x0100;
  // Both kinds of framing and of bearers, no channels, no firmware, no name.
  return big16(size) + big16(1) + big32(cookie) + big16(1) + big16(0) + big16(version) + big16(0) + big32(3) +
         big32(3) + big16(0) + big16(0) + zeros(2 * name_size);
}

Reading read(const Talk& talk) {
  static const std::string asked = request();
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  if (!may_begin(heard, big16(size) + big16(1) + big32(cookie) + big16(2))) return {};
  const auto reply = part(heard, 0, size);
  if (!reply) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  constexpr std::size_t result_at = 14;
  constexpr std::size_t firmware_at = 26;
  constexpr std::size_t host_at = 28;
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (const unsigned result = *u8_at(*reply, result_at); result > 1) {
    reading.facts.extra = fmt::format("refuses, result {}", result);
  }
  reading.facts.host_name = padded_text(reply->substr(host_at, name_size));
  const std::string_view vendor = padded_text(reply->substr(host_at + name_size));
  if (vendor == "linux" || vendor == "cananian") {
    // What PoPToP calls itself.
    reading.facts.product = "PoPToP pptpd";
    if (vendor == "linux") reading.facts.system = "Linux";
  } else {
    reading.facts.product = vendor;
  }
  add_word(reading.facts.extra, fmt::format("firmware {}", *u16_at(*reply, firmware_at)));
  return reading;
}

}  // namespace

constinit const Reader pptp{
    .name = "pptp",
    .service = "pptp",
    .document = "RFC 2637",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return request(); },
    .read = read,
};

}  // namespace portolan::identify
