#include "probe/cookie.h"

#include <array>

#include "wire/cursor.h"

namespace portolan::probe {
namespace {

constexpr std::size_t address_room = 16;

void put_address(wire::Writer& out, const net::IpAddress& address) {
  const auto bytes = address.bytes();
  out.bytes(bytes);
  for (std::size_t i = bytes.size(); i < address_room; ++i) out.u8(0);
}

}  // namespace

std::uint32_t cookie_of(HashKey key, const CookieFields& fields) {
  std::array<std::uint8_t, 2 * address_room + 6> text{};
  wire::Writer out{text};
  put_address(out, fields.source);
  put_address(out, fields.target);
  out.u16(fields.port.value()).u16(fields.tag).u8(fields.technique).u8(fields.variant);
  return static_cast<std::uint32_t>(siphash(key, text));
}

}  // namespace portolan::probe
