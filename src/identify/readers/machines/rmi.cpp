// Java RMI: the acknowledgement of the stream protocol gives back the address and port that we have (Java RMI
// specification §10.2).
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 3> ports{1099, 1098, 1090};
constexpr std::string_view asked = "JRMI\0\x02K"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  constexpr char acknowledged = 'N';
  constexpr std::uint16_t longest_host = 255;
  if (heard.empty() || heard.front() != acknowledged) return {};
  const auto size = u16_at(heard, 1);
  if (size && (*size == 0 || *size > longest_host)) return {};
  const auto host = size ? part(heard, 3, *size) : std::nullopt;
  const auto port = host ? u32_at(heard, 3 + host->size()) : std::nullopt;
  if (!port) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  if (!is_printable(*host) || *port > 0xffff || heard.size() != 7 + host->size()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Java RMI";
  return reading;
}

}  // namespace

constinit const Reader rmi{
    .name = "rmi",
    .service = "java-rmi",
    .document = "Java RMI specification, section 10",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
