// Ceph: messenger version 2 greets with a banner and its features, version 1 with another and two addresses (Ceph's
// msgr2 protocol and network protocol documents).
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{3300, 6789};
constexpr std::string_view version_2 = "ceph v2\n";
constexpr std::string_view version_1 = "ceph v0";
constexpr std::size_t version_1_size = 9;
constexpr std::size_t least_payload = 16;
constexpr std::size_t most_payload = 256;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  const bool is_new = may_begin(first, version_2);
  if (!is_new && !may_begin(first, version_1)) return {};
  const std::size_t banner = is_new ? version_2.size() : version_1_size;
  if (first.size() < banner + 2) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (is_new) {
    const std::size_t length = u16_little_at(first, banner).value_or(0);
    if (length < least_payload || length > most_payload) return {};
    if (first.size() < banner + 2 + length) return cut_short(talk);
    reading.facts.extra = "messenger 2";
    return reading;
  }
  // Two digits, and behind them addresses, whose form has changed over time.
  const std::string_view number = first.substr(version_1.size(), 2);
  if (!std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; })) return {};
  reading.facts.extra = "messenger 1";
  return reading;
}

}  // namespace

constinit const Reader ceph{
    .name = "ceph",
    .service = "ceph",
    .document = "Ceph msgr2 protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
