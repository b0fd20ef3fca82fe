// Icecream's scheduler: both sides begin with the number of the protocol that they speak, lowest byte first, and who
// has heard the other's says the lower of both (icecream's services/comm.cpp, measured: 1.4 says 43).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{8765};
constexpr std::size_t size = 4;

// Those that are spoken have been these for fifteen years, and go up by one now and then.
bool is_icecream_protocol(std::string_view heard) {
  constexpr std::uint32_t lowest = 21;
  constexpr std::uint32_t highest = 80;
  const auto number = u32_little_at(heard, 0);
  return number && *number >= lowest && *number <= highest && heard.size() == size;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!talk.turns.front().said.empty()) return {};
  if (first.size() < size) return cut_short(talk);
  if (!is_icecream_protocol(first)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  if (talk.turns.size() == 1) {
    reading.say = first;
    return reading;
  }
  const std::string_view agreed = talk.turns[1].heard;
  if (agreed.size() < size) return cut_short(talk);
  if (agreed != first) return {};
  reading.confidence = by_grammar;
  return reading;
}

}  // namespace

constinit const Reader icecc{
    .name = "icecc",
    .service = "icecc",
    .document = "icecream, services/comm.cpp",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
