#include "plan/c_address.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace portolan::plan {
namespace {

// Decimal, octal behind a zero, hexadecimal behind 0x.
std::optional<std::uint64_t> c_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<net::IpAddress> c_address(std::string_view text) {
  constexpr std::uint64_t octet = 255;
  std::uint64_t value = 0;
  unsigned bits = 32;  // that are left
  for (int part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    const auto number = c_number(text.substr(0, dot));
    if (!number) return std::nullopt;
    if (dot == std::string_view::npos) {
      if (*number >> bits != 0) return std::nullopt;
      return net::IpAddress::v4(static_cast<std::uint32_t>(value << bits | *number));
    }
    if (*number > octet) return std::nullopt;
    value = value << 8U | *number;
    bits -= 8;
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

}  // namespace portolan::plan
