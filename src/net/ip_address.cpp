#include "net/ip_address.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

#include "base/escape.h"
#include "base/hash.h"
#include "base/message.h"

namespace portolan::net {
namespace {

// The longest text inet_pton takes, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
constexpr std::size_t longest_address = 45;

std::unexpected<Error> not_an_address(std::string_view text, std::string_view advice) {
  return fail(Errc::parse,
              said("'{0}' is not an IP address; {1}", escape_terminal(text.substr(0, 64)), translated(advice)));
}

// inet_pton is pure; it needs a terminated string, and text with a NUL in it is none.
bool read_with_inet_pton(int family, std::string_view text, void* out) {
  if (text.empty() || text.size() > longest_address || text.contains('\0')) return false;
  std::array<char, longest_address + 1> terminated{};
  std::ranges::copy(text, terminated.begin());
  return inet_pton(family, terminated.data(), out) == 1;
}

Result<std::uint32_t> parse_zone(std::string_view text, std::string_view zone,
                                 const std::function<std::uint32_t(std::string_view)>& zone_of) {
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(zone.data(), zone.data() + zone.size(), index);
  const bool numeric = error == std::errc{} && end == zone.data() + zone.size();
  if (!numeric) index = zone.empty() || !zone_of ? 0 : zone_of(zone);
  if (index == 0) {
    return fail(Errc::parse, said("there is no network interface '{0}', which '{1}' asks for; `ip link` lists them",
                                  escape_terminal(zone.substr(0, 64)), escape_terminal(text.substr(0, 128))));
  }
  return index;
}

// Where RFC 5952 §4.2 puts "::": over the longest run of zero groups, the first of equals, and never
// over one group alone. `length` 0 for none.
struct ZeroRun {
  std::size_t begin = 0;
  std::size_t length = 0;
};
ZeroRun longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  ZeroRun best;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t length = 0;
    while (i + length < groups.size() && groups[i + length] == 0) ++length;
    if (length > best.length) best = {.begin = i, .length = length};
    i += length;
  }
  return best.length > 1 ? best : ZeroRun{};
}

char* print_number(unsigned value, char* out, int base = 10) {
  constexpr std::ptrdiff_t longest = 10;  // 2^32 - 1 in decimal
  return std::to_chars(out, out + longest, value, base).ptr;
}

char* print_quad(std::span<const std::uint8_t> bytes, char* out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    out = print_number(bytes[i], out);
  }
  return out;
}

char* print_v6(std::span<const std::uint8_t> bytes, char* out) {
  std::array<std::uint16_t, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8U | bytes[2 * i + 1]);
  }
  const ZeroRun run = longest_zero_run(groups);
  // RFC 5952 §5: the mixed form where the prefix says that an IPv4 address is inside.
  if (run.begin == 0 && run.length == 5 && groups[5] == 0xffff) {
    constexpr std::string_view prefix = "::ffff:";
    return print_quad(bytes.last(4), std::ranges::copy(prefix, out).out);
  }
  for (std::size_t i = 0; i < groups.size();) {
    if (run.length != 0 && i == run.begin) {
      *out++ = ':';
      *out++ = ':';
      i += run.length;
      continue;
    }
    if (i > 0 && i != run.begin + run.length) *out++ = ':';
    out = print_number(groups[i], out, 16);
    ++i;
  }
  return out;
}

std::uint8_t mask_byte(unsigned length, std::size_t index) {
  const unsigned before = static_cast<unsigned>(index) * 8;
  if (length <= before) return 0;
  if (length >= before + 8) return 0xff;
  return static_cast<std::uint8_t>(0xffU << (8 - (length - before)));
}

// `bytes` in the family and zone of `like`.
IpAddress with_bytes(const IpAddress& like, const std::array<std::uint8_t, 16>& bytes) {
  return like.is_v4() ? IpAddress::from_bytes(std::span{bytes}.first(4)) : IpAddress::v6(bytes, like.zone());
}

}  // namespace

IpAddress IpAddress::from_bytes(std::span<const std::uint8_t> network_order) {
  if (network_order.size() == 4) {
    return v4(std::uint32_t{network_order[0]} << 24U | std::uint32_t{network_order[1]} << 16U |
              std::uint32_t{network_order[2]} << 8U | network_order[3]);
  }
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(network_order.first(std::min<std::size_t>(network_order.size(), 16)), bytes.begin());
  return v6(bytes);
}

Result<IpAddress> IpAddress::parse(std::string_view text,
                                   const std::function<std::uint32_t(std::string_view)>& zone_of) {
  std::array<std::uint8_t, 16> bytes{};
  if (!text.contains(':')) {
    if (!read_with_inet_pton(AF_INET, text, bytes.data())) {
      return not_an_address(text, message("write it like 192.168.0.1 or 2001:db8::1"));
    }
    return from_bytes(std::span{bytes}.first(4));
  }
  const auto percent = text.find('%');
  if (!read_with_inet_pton(AF_INET6, text.substr(0, percent), bytes.data())) {
    return not_an_address(text, message("an IPv6 address looks like 2001:db8::1, with its zone like fe80::1%eth0"));
  }
  if (percent == std::string_view::npos) return v6(bytes);
  const auto zone = parse_zone(text, text.substr(percent + 1), zone_of);
  if (!zone) return fail(zone.error());
  return v6(bytes, *zone);
}

bool IpAddress::is_v4_mapped() const {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return !is_v4() && std::ranges::equal(prefix, bytes().first(prefix.size()));
}

IpAddress IpAddress::unmapped() const { return is_v4_mapped() ? from_bytes(bytes().last(4)) : *this; }

IpAddress IpAddress::plus(std::uint64_t n) const {
  if (is_v4()) return v4(static_cast<std::uint32_t>(v4_value() + n));
  IpAddress sum = *this;
  std::uint64_t carry = 0;
  for (std::size_t i = 16; i-- > 0;) {
    const std::uint64_t total = std::uint64_t{bytes_[i]} + (n & 0xffU) + carry;
    sum.bytes_[i] = static_cast<std::uint8_t>(total);
    carry = total >> 8U;
    n >>= 8U;
  }
  return sum;
}

char* print(const IpAddress& address, char* out) {
  if (address.is_v4()) return print_quad(address.bytes(), out);
  out = print_v6(address.bytes(), out);
  if (address.zone() == 0) return out;
  *out++ = '%';
  return print_number(address.zone(), out);
}

std::string to_string(const IpAddress& address) {
  std::array<char, longest_address_text> text;
  return {text.data(), print(address, text.data())};
}

Prefix Prefix::around(const IpAddress& address, unsigned length) {
  std::array<std::uint8_t, 16> network{};
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    network[i] = static_cast<std::uint8_t>(bytes[i] & mask_byte(length, i));
  return {.address = with_bytes(address, network), .length = length};
}

IpAddress Prefix::last() const {
  std::array<std::uint8_t, 16> end{};
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    end[i] = static_cast<std::uint8_t>(bytes[i] | static_cast<std::uint8_t>(~mask_byte(length, i)));
  }
  return with_bytes(address, end);
}

bool Prefix::contains(const IpAddress& a) const {
  if (a.family() != address.family()) return false;
  const auto ours = address.bytes();
  const auto theirs = a.bytes();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (((ours[i] ^ theirs[i]) & mask_byte(length, i)) != 0) return false;
  }
  return true;
}

Result<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return fail(address.error());
  const auto longest = static_cast<unsigned>(address->bytes().size() * 8);
  unsigned length = longest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > longest) {
      return fail(Errc::parse, said("'{0}' has no prefix length from 0 to {1} behind its slash",
                                    escape_terminal(text.substr(0, 128)), longest));
    }
  }
  return around(*address, length);
}

std::string to_string(const Prefix& prefix) { return fmt::format("{}/{}", to_string(prefix.address), prefix.length); }

bool is_c_address(std::string_view text) {
  constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto dot = std::min(text.find('.', begin), text.size());
    const auto number = text.substr(begin, dot - begin);
    const bool is_hex = number.starts_with("0x") || number.starts_with("0X");
    const auto digits = is_hex ? number.substr(2) : number;
    if (number.empty() || digits.find_first_not_of(is_hex ? hex_digits : hex_digits.substr(0, 10)) != digits.npos) {
      return false;
    }
    begin = dot + 1;
  }
  return true;
}

}  // namespace portolan::net

std::size_t std::hash<portolan::net::IpAddress>::operator()(const portolan::net::IpAddress& a) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (a.is_v4()) {
    low = a.v4_value();
  } else {
    std::memcpy(&high, a.bytes().data(), sizeof high);
    std::memcpy(&low, a.bytes().data() + sizeof high, sizeof low);
  }
  // The zone and family share a word: neither fills its half.
  std::uint64_t state = high ^ (std::uint64_t{a.zone()} << 1U | (a.is_v4() ? 1U : 0U));
  state = portolan::splitmix(state) ^ low;
  return static_cast<std::size_t>(portolan::splitmix(state));
}
