// Time: four bytes, the seconds since 1900, and the end (RFC 868). GNU inetutils says four zeros more.
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{37};
constexpr std::size_t whole = 4;
constexpr std::string_view more{"\0\0\0\0", 4};
constexpr std::uint32_t year_2020 = 3'786'825'600;  // earlier clocks would be four bytes of anything

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!talk.turns.front().said.empty() || first.size() > whole + more.size()) return {};
  if (first.size() < whole || !talk.is_over) return cut_short(talk);
  if (first.size() > whole && first.substr(whole) != more) return {};
  if (*u32_at(first, 0) < year_2020) return {};
  return {.is = Reading::Is::yes, .confidence = inferred};
}

}  // namespace

constinit const Reader time_protocol{
    .name = "time",
    .service = "time",
    .document = "RFC 868",
    .first = Speaks::server,
    .ports = ports,
    .read = read,
};

}  // namespace portolan::identify
