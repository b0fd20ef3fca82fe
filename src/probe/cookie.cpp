#include "probe/cookie.h"

#include <algorithm>
#include <array>
#include <span>

#include "wire/cursor.h"

namespace portolan::probe {
namespace {

constexpr std::size_t address_room = 16;

}  // namespace

std::uint32_t cookie_of(HashKey key, const CookieFields& fields) {
  std::array<std::uint8_t, 2 * address_room + 6> text{};
  std::ranges::copy(fields.source.bytes(), text.begin());
  std::ranges::copy(fields.target.bytes(), text.begin() + address_room);
  wire::Writer out{std::span{text}.subspan(2 * address_room)};
  out.u16(fields.port.value()).u16(fields.tag).u8(fields.technique).u8(fields.variant);
  return static_cast<std::uint32_t>(siphash(key, text));
}

}  // namespace portolan::probe
