#include "net/mac.h"

#include <fmt/core.h>

#include <charconv>

namespace portolan::net {

std::string to_string(Mac mac) {
  const auto& b = mac.bytes;
  return fmt::format("{:02X}:{:02X}:{:02X}:{:02X}:{:02X}:{:02X}", b[0], b[1], b[2], b[3], b[4], b[5]);
}

std::optional<Mac> parse_mac(std::string_view text) {
  constexpr std::size_t length = 17;
  if (text.size() != length) return std::nullopt;
  Mac mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    const std::string_view digits = text.substr(3 * i, 2);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), mac.bytes.at(i), 16);
    if (error != std::errc{} || end != digits.end()) return std::nullopt;
    if (i > 0 && text[3 * i - 1] != ':') return std::nullopt;
  }
  return mac;
}

}  // namespace portolan::net
