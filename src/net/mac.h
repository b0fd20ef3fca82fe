// A 48-bit link-layer address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::net {

struct Mac {
  std::array<std::uint8_t, 6> bytes{};
  friend constexpr auto operator<=>(const Mac&, const Mac&) noexcept = default;
};

// "00:1A:2B:3C:4D:5E", upper case as nmap prints it.
std::string to_string(Mac mac);
// The same text back, in either case; nullopt for anything else.
std::optional<Mac> parse_mac(std::string_view text);

}  // namespace portolan::net
