// MikroTik's RouterOS API: words behind their lengths, an empty one ends the sentence. Who says /quit is told that this
// is the end, logged in or not (MikroTik, "API": Protocol, /quit).
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{8728};
constexpr std::array<std::uint16_t, 1> tls_ports{8729};
constexpr std::string_view asked = "\x05/quit\0"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  constexpr std::string_view fatal = "\x06!fatal"sv;
  std::string_view rest = talk.first();
  if (!may_begin(rest, fatal)) return {};
  // Lengths below 0x80 are one byte; longer ones are not met here.
  for (std::size_t words = 0;; ++words) {
    constexpr std::size_t most_words = 8;
    constexpr std::uint8_t longest = 0x7f;
    const auto size = u8_at(rest, 0);
    if (!size || *size > longest || words > most_words) break;
    if (*size == 0) {
      Reading reading{.is = Reading::Is::yes, .confidence = documented};
      reading.facts.product = "MikroTik RouterOS API";
      reading.facts.system = "RouterOS";
      reading.facts.device = "router";
      return reading;
    }
    const auto word = part(rest, 1, *size);
    if (!word || !is_printable(*word)) break;
    rest.remove_prefix(1U + *size);
  }
  constexpr std::size_t most = 256;
  return {.is = !talk.is_over && talk.first().size() < most ? Reading::Is::more : Reading::Is::no};
}

}  // namespace

constinit const Reader routeros_api{
    .name = "routeros-api",
    .service = "routeros-api",
    .document = "MikroTik: API",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
