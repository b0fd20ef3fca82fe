// Ports and protocols. Always host order: only wire/ knows network order, so nobody can forget or
// repeat a swap.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace portolan::net {

// `ip` where IP protocols themselves are asked: their numbers stand in the place of ports.
enum class Protocol : std::uint8_t { tcp, udp, sctp, icmp, arp, ip };

// "tcp", "udp", "sctp", "icmp", "arp", "ip".
std::string_view name_of(Protocol protocol);

class Port {
 public:
  constexpr Port() noexcept = default;
  constexpr explicit Port(std::uint16_t value) noexcept : value_{value} {}
  // Decimal, 0 to 65535, nothing else around it.
  static Result<Port> parse(std::string_view text);
  [[nodiscard]] constexpr std::uint16_t value() const noexcept { return value_; }
  friend constexpr auto operator<=>(Port, Port) noexcept = default;

 private:
  std::uint16_t value_ = 0;
};

}  // namespace portolan::net
