// NDMP: the server says that we are connected, in a message of XDR (NDMP 4 specification, "NDMP_NOTIFY_CONNECTED").
#include <fmt/core.h>

#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{10'000};
constexpr std::uint32_t last_fragment = 0x8000'0000U;
constexpr std::uint32_t notify_connected = 0x502;
// Each a number of four bytes, in this order.
enum At : std::size_t { fragment = 0, type = 12, message = 16, reply_to = 20, error = 24, reason = 28, version = 32 };
constexpr std::size_t at_text = 36;
constexpr std::size_t least = 36;
constexpr std::size_t most = 1'024;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!first.empty() && first.front() != '\x80') return {};
  const auto mark = u32_at(first, At::fragment);
  if (!mark) return cut_short(talk);
  const std::size_t length = *mark & ~last_fragment;
  if (length < least || length > most) return {};
  if (first.size() < length + 4) return cut_short(talk);
  if (u32_at(first, At::type) != 0U || u32_at(first, At::message) != notify_connected ||
      u32_at(first, At::reply_to) != 0U || u32_at(first, At::error) != 0U) {
    return {};
  }
  const auto protocol = u32_at(first, At::version);
  constexpr std::uint32_t newest = 5;
  if (!protocol || *protocol == 0 || *protocol > newest) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = fmt::format("protocol {}", *protocol);
  const std::size_t size = u32_at(first, at_text).value_or(0);
  if (u32_at(first, At::reason) != 0U && size <= first.size() - at_text - 4) {
    const std::string_view text = first.substr(at_text + 4, size);
    if (is_printable(text)) add_extra(reading.facts, text);
  }
  return reading;
}

}  // namespace

constinit const Reader ndmp{
    .name = "ndmp",
    .service = "ndmp",
    .document = "NDMP 4",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
