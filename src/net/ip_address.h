// An IPv4 or IPv6 address, with the zone of a link-local one.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portolan::net {

enum class Family : std::uint8_t { v4, v6 };

class IpAddress {
 public:
  constexpr IpAddress() noexcept = default;  // 0.0.0.0
  // `value` in host order: 0x7f000001 is 127.0.0.1.
  static constexpr IpAddress v4(std::uint32_t value) noexcept {
    IpAddress a;
    for (unsigned i = 0; i < 4; ++i) a.bytes_[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    return a;
  }
  static constexpr IpAddress v6(const std::array<std::uint8_t, 16>& bytes, std::uint32_t zone = 0) noexcept {
    IpAddress a;
    a.bytes_ = bytes;
    a.zone_ = zone;
    a.family_ = Family::v6;
    return a;
  }
  // `network_order` holds 4 or 16 bytes.
  static IpAddress from_bytes(std::span<const std::uint8_t> network_order);
  // Dotted quad or RFC 4291 text; "fe80::1%3" takes a numeric zone (an interface index), "%eth0" the
  // zone that `zone_of` (may be empty) gives for the name.
  static Result<IpAddress> parse(std::string_view text,
                                 const std::function<std::uint32_t(std::string_view)>& zone_of = {});

  [[nodiscard]] constexpr Family family() const noexcept { return family_; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return family_ == Family::v4; }
  // 4 or 16 bytes in network order.
  [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const noexcept {
    return std::span{bytes_}.first(is_v4() ? 4 : 16);
  }
  [[nodiscard]] constexpr std::uint32_t v4_value() const noexcept {
    return std::uint32_t{bytes_[0]} << 24U | std::uint32_t{bytes_[1]} << 16U | std::uint32_t{bytes_[2]} << 8U |
           bytes_[3];
  }
  // Interface index of a link-local address, 0 for none.
  [[nodiscard]] constexpr std::uint32_t zone() const noexcept { return zone_; }
  [[nodiscard]] constexpr bool is_link_local() const noexcept {
    return is_v4() ? (bytes_[0] == 169 && bytes_[1] == 254) : (bytes_[0] == 0xfe && (bytes_[1] & 0xc0U) == 0x80);
  }
  [[nodiscard]] constexpr bool is_loopback() const noexcept {
    if (is_v4()) return bytes_[0] == 127;
    for (std::size_t i = 0; i < 15; ++i) {
      if (bytes_[i] != 0) return false;
    }
    return bytes_[15] == 1;
  }
  // ::ffff:10.0.0.1: an IPv4 address in an IPv6 socket (RFC 4291 §2.5.5.2), IPv4 on the wire.
  [[nodiscard]] bool is_v4_mapped() const;
  // The IPv4 address inside where is_v4_mapped(), else the address itself.
  [[nodiscard]] IpAddress unmapped() const;
  // Another zone, or none. Only link-local IPv6 addresses have any use for one.
  [[nodiscard]] constexpr IpAddress with_zone(std::uint32_t zone) const noexcept {
    IpAddress other = *this;
    other.zone_ = zone;
    return other;
  }
  [[nodiscard]] constexpr IpAddress without_zone() const noexcept { return with_zone(0); }
  // The address `n` further on, modulo the size of the family; the zone stays.
  [[nodiscard]] IpAddress plus(std::uint64_t n) const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) noexcept = default;

 private:
  Family family_ = Family::v4;
  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t zone_ = 0;
};

// Canonical text: dotted quad, RFC 5952 for IPv6, "%N" after a zoned one.
std::string to_string(const IpAddress& address);
// The longest of these: eight groups of four digits and a zone of ten.
inline constexpr std::size_t longest_address_text = 39 + 1 + 10;
// The same text to `out`, which has room for longest_address_text; returns its end. For those who print a hundred
// thousand of them.
char* print(const IpAddress& address, char* out);

struct Prefix {
  IpAddress address;     // host bits zero
  unsigned length = 32;  // 0 to 32 or 128
  // Zones are not compared.
  [[nodiscard]] bool contains(const IpAddress& a) const;
  [[nodiscard]] IpAddress last() const;
  // The prefix that `address` is in; `length` must fit its family. Keeps the zone.
  static Prefix around(const IpAddress& address, unsigned length);
  // "10.0.0.0/8", host bits cleared; an address alone is a prefix of full length.
  static Result<Prefix> parse(std::string_view text);
  friend constexpr auto operator<=>(const Prefix&, const Prefix&) noexcept = default;
};
std::string to_string(const Prefix& prefix);

// Numbers as C writes them, with dots between: inet_aton(3), and so the system's resolver, takes 0x7f.1 for 127.0.0.1.
// Such text is no host's name.
bool is_c_address(std::string_view text);

}  // namespace portolan::net

template <>
struct std::hash<portolan::net::IpAddress> {
  std::size_t operator()(const portolan::net::IpAddress& a) const noexcept;
};
