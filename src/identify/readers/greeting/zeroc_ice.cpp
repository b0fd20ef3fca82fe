// ZeroC Ice: the server validates the connection by a message of 14 bytes (Ice manual, "The Ice Protocol", "Protocol
// Messages").
#include <fmt/core.h>

#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 3> ports{4061, 4063, 6502};
constexpr std::string_view magic = "IceP";
// Protocol and encoding stand between; then validate connection, no compression, and the size, lowest byte first.
constexpr std::size_t at_kind = 8;
constexpr std::string_view rest = "\x03\x00\x0e\x00\x00\x00"sv;
constexpr std::size_t size = 14;
// Close connection.
constexpr std::string_view goodbye = "IceP\x01\x00\x01\x00\x04\x00\x0e\x00\x00\x00"sv;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, magic)) return {};
  if (first.size() < size) return cut_short(talk);
  if (first.size() > size || first.substr(at_kind) != rest) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra =
      fmt::format("protocol {}.{}, encoding {}.{}", u8_at(first, 4).value_or(0), u8_at(first, 5).value_or(0),
                  u8_at(first, 6).value_or(0), u8_at(first, 7).value_or(0));
  return reading;
}

}  // namespace

constinit const Reader zeroc_ice{
    .name = "zeroc-ice",
    .service = "ice",
    .document = "The Ice Protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = goodbye,
};

}  // namespace portolan::identify
