#include "plan/target_expression.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/escape.h"
#include "base/host_name.h"
#include "base/look_alike.h"
#include "base/message.h"
#include "base/odd_zero.h"
#include "plan/c_address.h"
#include "plan/quoted.h"

namespace portolan::plan {
namespace {

constexpr std::string_view octet_characters = "0123456789.,*-";

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Decimal whatever zeros stand in front; nothing above `most`.
std::optional<unsigned> read_number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_digits(text) || error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

// "7", "1-9", "-9", "1-" or "-" into `octet`; a missing end is the end of the octet.
Result<void> read_octet_range(std::string_view whole, std::string_view piece, OctetSet& octet) {
  const auto dash = piece.find('-');
  const auto first_text = piece.substr(0, dash);
  const auto last_text = dash == std::string_view::npos ? first_text : piece.substr(dash + 1);
  if (piece.empty()) {
    return fail(Errc::parse, said("{} has an empty place where a number from 0 to 255 belongs", quoted(whole)));
  }
  const auto first = first_text.empty() ? 0U : read_number(first_text, 255);
  const auto last = last_text.empty() ? 255U : read_number(last_text, 255);
  if (!first || !last) {
    return fail(Errc::parse, said("{0} in {1} is no octet of an IPv4 address; octets are numbers from 0 to 255, "
                                  "ranges like 1-9, or *",
                                  quoted(piece), quoted(whole)));
  }
  if (*last < *first) {
    return fail(Errc::parse, said("the range {0} in {1} runs backwards; write {2}-{3}", quoted(piece), quoted(whole),
                                  *last, *first));
  }
  octet.insert(*first, *last);
  return {};
}

Result<OctetSet> read_octet(std::string_view whole, std::string_view text) {
  OctetSet octet;
  if (text == "*") {
    octet.insert(0, 255);
    return octet;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    if (const auto read = read_octet_range(whole, text.substr(begin, comma - begin), octet); !read) {
      return fail(read.error());
    }
    begin = comma + 1;
  }
  return octet;
}

std::unexpected<Error> no_octets(std::string_view whole) {
  return fail(Errc::parse, said("{} is not an IPv4 target: four octets with dots between them are needed, as in "
                                "192.168.0.1, 192.168.0.1-9 or 10.0-3.*.1",
                                quoted(whole)));
}

Result<TargetExpression> read_pattern(std::string_view whole, std::string_view host, std::optional<unsigned> length) {
  if (std::ranges::count(host, '.') != 3) return no_octets(whole);
  OctetPattern pattern;
  std::size_t begin = 0;
  for (OctetSet& octet : pattern.octets) {
    const auto dot = std::min(host.find('.', begin), host.size());
    const auto read = read_octet(whole, host.substr(begin, dot - begin));
    if (!read) return fail(read.error());
    octet = *read;
    begin = dot + 1;
  }
  if (length && *length > 32) {
    return fail(Errc::parse, said("{} has a prefix length above 32, the most an IPv4 address has; write "
                                  "something like 192.168.0.0/24",
                                  quoted(whole)));
  }
  return length ? pattern.widened(*length) : pattern;
}

Result<TargetExpression> read_v6(std::string_view whole, std::string_view host, std::optional<unsigned> length,
                                 const ZoneOf& zone_of) {
  if (host.starts_with('[')) {
    return fail(Errc::parse, said("{} has brackets; write the IPv6 address alone, and ports behind -p", quoted(whole)));
  }
  if (host.find(':') == host.rfind(':')) {
    return fail(Errc::parse, said("{} is neither a name nor an address; write the host alone, and ports behind "
                                  "-p",
                                  quoted(whole)));
  }
  const auto address = net::IpAddress::parse(host, zone_of);
  if (!address) return fail(address.error());
  if (address->zone() != 0 && !address->is_link_local()) {
    return fail(Errc::parse, said("{} names an interface, which only link-local addresses (fe80::/10) take; "
                                  "leave %... out",
                                  quoted(whole)));
  }
  return net::Prefix::around(*address, length.value_or(128));
}

Result<TargetExpression> read_name(std::string_view whole, std::string_view host, std::optional<unsigned> length) {
  if (const auto odd = odd_character_in_name(host))
    return fail(Errc::parse, said("{0} has {1}", quoted(whole), translated(*odd)));
  const auto labels = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  if (net::is_c_address(labels)) return no_octets(whole);
  if (!is_host_name(host)) {
    return fail(Errc::parse, said("{} is neither a host name nor an address; targets look like example.org, "
                                  "192.168.0.0/24, 10.0-3.*.1 or 2001:db8::1",
                                  quoted(whole)));
  }
  return NamedTarget{.name = std::string{host}, .length = length};
}

constexpr std::uint64_t low_bits(unsigned count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// At least the number of runs: behind the last octet with a gap every address follows the one before.
std::uint64_t run_bound(const std::array<OctetSet, 4>& octets) {
  unsigned fixed = 4;
  while (fixed > 0 && octets[fixed - 1].size() == 256) --fixed;
  std::uint64_t product = 1;
  for (unsigned i = 0; i < fixed; ++i) product *= octets[i].size();
  return product;
}

}  // namespace

void OctetSet::insert(unsigned first, unsigned last) {
  for (unsigned word = first / 64; word <= last / 64; ++word) {
    const unsigned from = std::max(first, word * 64) - word * 64;
    const unsigned to = std::min(last, word * 64 + 63) - word * 64;
    words_[word] |= low_bits(to + 1) & ~low_bits(from);
  }
}

bool OctetSet::contains(std::uint8_t value) const { return (words_[value / 64] >> value % 64 & 1U) != 0; }

unsigned OctetSet::size() const {
  unsigned count = 0;
  for (const auto word : words_) count += static_cast<unsigned>(std::popcount(word));
  return count;
}

unsigned OctetSet::count_below(unsigned value) const {
  unsigned count = 0;
  for (unsigned word = 0; word < words_.size() && word * 64 < value; ++word) {
    count += static_cast<unsigned>(std::popcount(words_[word] & low_bits(value - word * 64)));
  }
  return count;
}

OctetSet OctetSet::common(const OctetSet& other) const {
  OctetSet both;
  for (std::size_t i = 0; i < words_.size(); ++i) both.words_[i] = words_[i] & other.words_[i];
  return both;
}

OctetSet OctetSet::without(const OctetSet& other) const {
  OctetSet rest;
  for (std::size_t i = 0; i < words_.size(); ++i) rest.words_[i] = words_[i] & ~other.words_[i];
  return rest;
}

std::uint8_t OctetSet::at(unsigned n) const {
  for (unsigned word = 0; word < words_.size(); ++word) {
    const auto here = static_cast<unsigned>(std::popcount(words_[word]));
    if (n < here) {
      std::uint64_t rest = words_[word];
      for (; n > 0; --n) rest &= rest - 1;  // takes the lowest member off
      return static_cast<std::uint8_t>(word * 64 + static_cast<unsigned>(std::countr_zero(rest)));
    }
    n -= here;
  }
  return 0;
}

bool OctetPattern::contains(const net::IpAddress& address) const {
  if (!address.is_v4()) return false;
  const auto bytes = address.bytes();
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (!octets[i].contains(bytes[i])) return false;
  }
  return true;
}

std::uint64_t OctetPattern::size() const {
  std::uint64_t product = 1;
  for (const OctetSet& octet : octets) product *= octet.size();
  return product;
}

std::uint64_t OctetPattern::count_below(std::uint64_t value) const {
  if (value >> 32U != 0) return size();
  // Those that differ first in octet i, where they are less, and agree before it.
  std::uint64_t behind = size();
  std::uint64_t count = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const auto octet = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    behind /= octets[i].size();
    count += octets[i].count_below(octet) * behind;
    if (!octets[i].contains(octet)) break;
  }
  return count;
}

net::IpAddress OctetPattern::at(std::uint64_t index) const {
  std::uint32_t value = 0;
  for (unsigned i = 4; i-- > 0;) {
    const unsigned members = octets[i].size();
    value |= std::uint32_t{octets[i].at(static_cast<unsigned>(index % members))} << (24 - 8 * i);
    index /= members;
  }
  return net::IpAddress::v4(value);
}

bool OctetPattern::has_few_runs() const { return run_bound(octets) <= 1024; }

std::vector<AddressRun> OctetPattern::runs() const {
  const std::uint64_t pieces = run_bound(octets);
  const std::uint64_t length = size() / pieces;
  std::vector<AddressRun> joined;
  for (std::uint64_t piece = 0; piece < pieces; ++piece) {
    const std::uint32_t first = at(piece * length).v4_value();
    const net::IpAddress last = net::IpAddress::v4(static_cast<std::uint32_t>(first + length - 1));
    if (!joined.empty() && joined.back().last.v4_value() + 1 == first) {
      joined.back().last = last;
    } else {
      joined.push_back({.first = net::IpAddress::v4(first), .last = last});
    }
  }
  return joined;
}

OctetPattern OctetPattern::widened(unsigned length) const {
  OctetPattern wide;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned kept = std::min(length - std::min(length, 8 * i), 8U);
    const auto hosts = static_cast<unsigned>(low_bits(8 - kept));
    for (unsigned value = 0; value < 256; ++value) {
      if (octets[i].contains(static_cast<std::uint8_t>(value))) wide.octets[i].insert(value & ~hosts, value | hosts);
    }
  }
  return wide;
}

Result<TargetExpression> read_target(std::string_view text, const ZoneOf& zone_of) {
  // A name may have bytes that are no UTF-8, which a resolver may know; but nothing that nobody sees.
  if (escape_terminal(text).find("\\u{") != std::string::npos) {
    return fail(Errc::parse, said("{} has a character that is not seen, shown here as \\u{{...}}; type the word "
                                  "anew instead of pasting it",
                                  quoted(text)));
  }
  const auto slash = text.find('/');
  const auto host = text.substr(0, slash);
  std::optional<unsigned> length;
  if (slash != std::string_view::npos) {
    if (text.contains("://")) {
      return fail(Errc::parse, said("{} looks like a URL; write the host name in it alone", quoted(text)));
    }
    const auto behind = text.substr(slash + 1);
    length = read_number(behind, 128);
    if (behind.contains('/')) {
      return fail(Errc::parse,
                  said("{} has more than one slash; one prefix length stands behind an address", quoted(text)));
    }
    if (!length && is_digits(behind)) {
      return fail(Errc::parse, said("{} has a prefix length that is too long; they end at 32 for IPv4, as in "
                                    "192.168.0.0/24, and at 128 for IPv6, as in 2001:db8::/120",
                                    quoted(text)));
    }
    if (!length) {
      return fail(Errc::parse, said("{} has no prefix length behind its slash; write something like "
                                    "192.168.0.0/24 (0 to 32) or 2001:db8::/120 (0 to 128)",
                                    quoted(text)));
    }
  }
  if (host.contains(':')) return read_v6(text, host, length, zone_of);
  const bool is_quad = std::ranges::count(host, '.') == 3 && host.find_first_not_of(octet_characters) == host.npos;
  if (!is_quad && c_address(host)) return NamedTarget{.name = std::string{host}, .length = length};
  if (!host.empty() && host.find_first_not_of(octet_characters) == std::string_view::npos) {
    return read_pattern(text, host, length);
  }
  return read_name(text, host, length);
}

Result<TargetExpression> read_exclusion(std::string_view text, const ZoneOf& zone_of) {
  auto target = read_target(text, zone_of);
  if (!target || !std::holds_alternative<OctetPattern>(*target)) return target;
  const auto odd = odd_zero(text.substr(0, text.find('/')));
  if (odd) return fail(Errc::parse, said("{0} has {1}", quoted(text), translated(*odd)));
  return target;
}

Result<TargetExpression> parse_target(std::string_view text, const ZoneOf& zone_of) {
  auto target = read_exclusion(text, zone_of);
  if (!target) return target;
  const auto* name = std::get_if<NamedTarget>(&*target);
  if (name != nullptr && c_address(name->name)) return no_octets(text);
  const auto* prefix = std::get_if<net::Prefix>(&*target);
  if (prefix != nullptr && prefix->address.is_v4_mapped()) {
    return fail(Errc::parse, said("{} is an IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2); write it "
                                  "with dots alone, like 192.168.0.1",
                                  quoted(text)));
  }
  return target;
}

Result<void> check_names_a_host(std::string_view text, const TargetExpression& target) {
  const auto no_host = [&](std::string_view meant) {
    return fail(Errc::parse, said("{0} is the address of no host; did you mean {1}?", escape_terminal(text), meant));
  };
  const auto* pattern = std::get_if<OctetPattern>(&target);
  if (pattern != nullptr && pattern->size() == 1 && pattern->at(0).v4_value() == 0) return no_host("127.0.0.1");
  const auto* prefix = std::get_if<net::Prefix>(&target);
  if (prefix != nullptr && prefix->length == 128 && prefix->address == net::IpAddress::v6({})) return no_host("::1");
  return {};
}

}  // namespace portolan::plan
