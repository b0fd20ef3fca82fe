// BGP: who takes us for a neighbour opens, who does not says why: OPEN or NOTIFICATION behind a marker of ones (RFC
// 4271 §4.1, §4.2 and §4.5).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{179};
constexpr std::size_t marker_size = 16;
constexpr std::size_t head_size = 19;
constexpr std::size_t most = 4'096;
constexpr std::size_t least_open = 29;
constexpr std::size_t least_notification = 21;
constexpr std::uint8_t is_open = 1;
constexpr std::uint8_t is_notification = 3;
constexpr std::uint8_t capabilities = 2;
constexpr std::uint8_t four_octet_numbers = 65;

// RFC 6793: the number of more than two bytes stands among the capabilities (RFC 5492).
std::optional<std::uint32_t> wide_number(std::string_view options) {
  while (options.size() >= 2) {
    const std::uint8_t type = u8_at(options, 0).value_or(0);
    const std::size_t length = u8_at(options, 1).value_or(0);
    if (options.size() - 2 < length) return std::nullopt;
    std::string_view list = type == capabilities ? options.substr(2, length) : std::string_view{};
    while (list.size() >= 2) {
      const std::size_t size = u8_at(list, 1).value_or(0);
      if (list.size() - 2 < size) return std::nullopt;
      if (u8_at(list, 0) == four_octet_numbers && size == 4) return u32_at(list, 2);
      list.remove_prefix(2 + size);
    }
    options.remove_prefix(2 + length);
  }
  return std::nullopt;
}

Reading read_open(std::string_view message) {
  constexpr std::uint8_t version_4 = 4;
  const auto hold = u16_at(message, head_size + 3);
  const std::uint32_t id = u32_at(message, head_size + 5).value_or(0);
  const std::size_t options = u8_at(message, least_open - 1).value_or(0);
  constexpr std::size_t extended = 255;  // RFC 9072
  if (u8_at(message, head_size) != version_4 || (options != extended && least_open + options != message.size())) {
    return {};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::uint32_t number =
      wide_number(message.substr(least_open)).value_or(u16_at(message, head_size + 1).value_or(0));
  reading.facts.extra = fmt::format("AS {}; router id {}.{}.{}.{}; hold time {} s", number, id >> 24U,
                                    id >> 16U & 0xffU, id >> 8U & 0xffU, id & 0xffU, hold.value_or(0));
  return reading;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  const auto ones = std::ranges::find_if(first, [](char c) { return c != '\xff'; }) - first.begin();
  const auto marker = static_cast<std::size_t>(ones);
  if (marker < marker_size && marker < first.size()) return {};
  if (first.size() < head_size) return cut_short(talk);
  if (marker != marker_size) return {};
  const std::size_t length = u16_at(first, marker_size).value_or(0);
  const std::uint8_t type = u8_at(first, head_size - 1).value_or(0);
  const std::size_t least = type == is_open ? least_open : least_notification;
  if ((type != is_open && type != is_notification) || length < least || length > most) return {};
  if (first.size() < length) return cut_short(talk);
  if (type == is_open) return read_open(first.substr(0, length));
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = fmt::format("refuses us: error {}, subcode {}", u8_at(first, head_size).value_or(0),
                                    u8_at(first, head_size + 1).value_or(0));
  return reading;
}

}  // namespace

constinit const Reader bgp{
    .name = "bgp",
    .service = "bgp",
    .document = "RFC 4271",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
