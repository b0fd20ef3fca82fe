// SOCKS4: the answer to a request for a name that there cannot be (SOCKS: A protocol for TCP proxy across firewalls;
// SOCKS 4A).
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{1080};
constexpr std::string_view asked = "\x04\x01\0\x50\0\0\0\x01\0portolan.invalid\0"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  constexpr std::size_t size = 8;
  constexpr std::uint8_t granted = 0x5a;
  constexpr std::uint8_t wrong_user = 0x5d;
  if (heard.empty() || heard.front() != '\0' || heard.size() > size) return {};
  if (heard.size() > 1 && (*u8_at(heard, 1) < granted || *u8_at(heard, 1) > wrong_user)) return {};
  if (heard.size() < size) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (*u8_at(heard, 1) > granted + 1) reading.facts.extra = "asks for ident";
  return reading;
}

}  // namespace

constinit const Reader socks4{
    .name = "socks4",
    .service = "socks4",
    .document = "SOCKS: A protocol for TCP proxy across firewalls",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
