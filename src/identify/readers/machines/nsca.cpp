// NSCA, which takes the results of checks for Nagios: 128 random bytes, by which the client's packets are to be
// encrypted, and the time (init_packet in the server's documentation of its packets). Then it waits.
#include <algorithm>
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5667};
constexpr std::size_t random_bytes = 128;
constexpr std::size_t whole = random_bytes + 4;
constexpr std::uint32_t year_2020 = 1'577'836'800;
constexpr std::uint32_t year_2038 = 2'145'916'800;
// Of 128 random bytes, some 48 are letters, digits and signs of ASCII; texts and tables of zeros are no such thing.
constexpr std::ptrdiff_t most_printable = 80;
constexpr std::ptrdiff_t most_zeros = 8;

bool is_random(std::string_view bytes) {
  const auto printable = std::ranges::count_if(bytes, [](char c) { return c >= ' ' && c <= '~'; });
  return printable <= most_printable && std::ranges::count(bytes, '\0') <= most_zeros;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!talk.turns.front().said.empty() || first.empty() || first.size() > whole) return {};
  if (!is_random(first.substr(0, random_bytes))) return {};
  if (!talk.is_over) return {.is = Reading::Is::more};
  if (first.size() < whole) return {};
  const std::uint32_t time = *u32_at(first, random_bytes);
  if (time < year_2020 || time >= year_2038) return {};
  return {.is = Reading::Is::yes, .confidence = inferred};
}

}  // namespace

constinit const Reader nsca{
    .name = "nsca",
    .service = "nsca",
    .document = "NSCA's packets, as its clients expect them",
    .first = Speaks::server,
    .ports = ports,
    .read = read,
};

}  // namespace portolan::identify
