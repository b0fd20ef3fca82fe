// A 48-bit link-layer address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace portolan::net {

struct Mac {
  std::array<std::uint8_t, 6> bytes{};
  friend constexpr auto operator<=>(const Mac&, const Mac&) noexcept = default;
};

// "00:1A:2B:3C:4D:5E", upper case as nmap prints it.
std::string to_string(Mac mac);

}  // namespace portolan::net
