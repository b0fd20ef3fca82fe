// X11: the answer to a connection's setup names vendor and release, or says why there is none (X Window System
// Protocol, section 8).
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 10> ports{6000, 6001, 6002, 6003, 6004, 6005, 6006, 6007, 6008, 6009};
// Lowest byte first, version 11.0, no authorization.
constexpr std::string_view asked = "l\0\x0b\0\0\0\0\0\0\0\0\0"sv;

// "12101007" is 1.21.1.7, which X.Org calls 21.1.7; 1.20 and older keep the 1.
std::string xorg_version(std::uint32_t release) {
  const unsigned major = release / 10'000'000;
  const unsigned minor = release / 100'000 % 100;
  const unsigned patch = release / 1'000 % 100;
  const unsigned snap = release % 1'000;
  constexpr unsigned first_without = 21;
  if (major == 1 && minor >= first_without) return fmt::format("{}.{}.{}", minor, patch, snap);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  const auto state = u8_at(heard, 0);
  constexpr std::uint8_t failed = 0;
  constexpr std::uint8_t success = 1;
  constexpr std::uint8_t authenticate = 2;
  constexpr std::size_t head_size = 8;
  if (!state || *state > authenticate) return {};
  if (heard.size() < head_size) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  constexpr std::uint16_t version = 11;
  if (*state != authenticate && *u16_little_at(heard, 2) != version) return {};
  const auto body = part(heard, head_size, *u16_little_at(heard, 6) * std::size_t{4});
  if (!body) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (*state != success) {
    const std::size_t size = *state == failed ? *u8_at(heard, 1) : body->size();
    const auto reason = part(*body, 0, size);
    if (!reason || body->size() >= size + 4) return {};
    const std::string_view why = trimmed(padded_text(trimmed(*reason)));
    if (why.empty()) return {};
    reading.facts.extra = fmt::format("access denied: {}", why);
    return reading;
  }
  constexpr std::size_t vendor_at = 32;
  const auto vendor_size = u16_little_at(*body, 16);
  const auto vendor = vendor_size ? part(*body, vendor_at, *vendor_size) : std::nullopt;
  if (!vendor || !is_printable(*vendor)) return {};
  const std::uint32_t release = *u32_little_at(*body, 0);
  reading.facts.extra = "open to everybody";
  add_detail(reading.facts, "x11-access", "", "anybody may connect");
  if (*vendor == "The X.Org Foundation") {
    reading.facts.product = "X.Org X server";
    reading.facts.version = xorg_version(release);
  } else {
    reading.facts.product = *vendor;
    reading.facts.version = fmt::format("{}", release);
  }
  return reading;
}

}  // namespace

constinit const Reader x11{
    .name = "x11",
    .service = "X11",
    .document = "X Window System Protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 4,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
