#include "sockets/filter/filter_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "base/escape.h"
#include "base/host_name.h"
#include "base/look_alike.h"
#include "base/odd_zero.h"
#include "sockets/filter/filter_words.h"

namespace portolan::sockets {
namespace {

constexpr std::uint32_t highest_port = 65535;
constexpr std::size_t longest_pattern = 4096;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_any(std::string_view text) {
  return text.empty() || text == "*" || text == "any" || text == "all" || text == "default";
}

// "inet:", "unix:" ... in front of a host.
enum class Prefixed : std::uint8_t { none, inet, inet6, unix_domain, link, netlink, vsock, tipc, xdp };

Prefixed take_family(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, Prefixed>, 9> families{{{"inet:", Prefixed::inet},
                                                                           {"inet6:", Prefixed::inet6},
                                                                           {"unix:", Prefixed::unix_domain},
                                                                           {"link:", Prefixed::link},
                                                                           {"packet:", Prefixed::link},
                                                                           {"netlink:", Prefixed::netlink},
                                                                           {"vsock:", Prefixed::vsock},
                                                                           {"tipc:", Prefixed::tipc},
                                                                           {"xdp:", Prefixed::xdp}}};
  for (const auto& [word, family] : families) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return family;
  }
  return text.starts_with('/') || text.starts_with('@') ? Prefixed::unix_domain : Prefixed::none;
}

// --- IP addresses

struct HostText {
  std::string_view address;
  std::optional<std::string_view> length;  // behind the slash
  std::string_view port;
};

void take_length(std::string_view& address, std::optional<std::string_view>& length) {
  const std::size_t slash = address.find('/');
  if (slash == std::string_view::npos) return;
  length = address.substr(slash + 1);
  address = address.substr(0, slash);
}

// "[2001:db8::/32]:443", and the length behind the bracket as well.
Result<HostText> split_bracketed(std::string_view text) {
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos) {
    return fail(Errc::parse, fmt::format("{} has no ] behind its address", quoted_piece(text)));
  }
  HostText host{.address = text.substr(1, close - 1), .length{}, .port{}};
  take_length(host.address, host.length);
  std::string_view rest = text.substr(close + 1);
  if (!host.length && rest.starts_with('/')) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    host.length = rest.substr(1, colon - 1);
    rest.remove_prefix(colon);
  }
  if (rest.empty()) return host;
  if (!rest.starts_with(':')) {
    return fail(Errc::parse,
                fmt::format("{} follows the ] of an address, where only :PORT may stand", quoted_piece(rest)));
  }
  host.port = rest.substr(1);
  return host;
}

// "2001:db8::1", "2001:db8::/32" and, because a port cannot be mistaken there, "2001:db8::/32:443".
std::optional<HostText> split_bare_v6(std::string_view text) {
  HostText host{.address = text.substr(0, text.find('/')), .length{}, .port{}};
  const std::string_view number = host.address.substr(0, host.address.find('%'));
  if (std::ranges::count(number, ':') < 2 || !net::IpAddress::parse(number)) return std::nullopt;
  if (host.address.size() == text.size()) return host;
  const std::string_view behind = text.substr(host.address.size() + 1);
  host.length = behind.substr(0, behind.find(':'));
  if (host.length->size() < behind.size()) host.port = behind.substr(host.length->size() + 1);
  return host;
}

Result<HostText> split_host(std::string_view text) {
  if (text.starts_with('[')) return split_bracketed(text);
  if (const auto bare = split_bare_v6(text)) return *bare;
  const std::size_t colon = std::min(text.find(':'), text.size());
  HostText host{.address = text.substr(0, colon), .length{}, .port = text.substr(std::min(colon + 1, text.size()))};
  if (host.port.contains(':')) {
    return fail(Errc::parse, fmt::format("{} has more than one colon; put an IPv6 address into brackets, as in "
                                         "[2001:db8::1] or [2001:db8::1]:443",
                                         quoted_piece(text)));
  }
  take_length(host.address, host.length);
  return host;
}

// "8" or "255.0.0.0"
std::optional<unsigned> read_length(std::string_view text, unsigned most) {
  if (const auto number = read_number(text, most)) return static_cast<unsigned>(*number);
  const auto mask = net::IpAddress::parse(text);
  if (!mask || !mask->is_v4() || most != 32) return std::nullopt;
  const std::uint32_t bits = mask->v4_value();
  const auto length = static_cast<unsigned>(std::countl_one(bits));
  return std::popcount(bits) == static_cast<int>(length) ? std::optional{length} : std::nullopt;
}

// "10/8" and "172.16/12" leave out the octets that the prefix does not need.
Result<net::IpAddress> read_v4(std::string_view text, bool may_be_short) {
  const auto dots = std::ranges::count(text, '.');
  std::string whole{text};
  if (dots < 3 && may_be_short) {
    for (auto i = dots; i < 3; ++i) whole += ".0";
  } else if (dots < 3) {
    return fail(Errc::parse, fmt::format("{} is only a part of an address; with the length of a prefix behind it, as "
                                         "in 10.1/16, it stands for a network",
                                         quoted_piece(text)));
  }
  auto address = net::IpAddress::parse(whole);
  if (!address) {
    if (const auto odd = odd_zero(whole)) return fail(Errc::parse, fmt::format("{} has {}", quoted_piece(text), *odd));
    return fail(Errc::parse,
                fmt::format("{} is not an IPv4 address: that is four numbers from 0 to 255", quoted_piece(text)));
  }
  return address;
}

Result<net::Prefix> read_prefix(const HostText& host, const FilterNames& names) {
  const bool v6 = host.address.contains(':');
  const auto zone_of = [&names](std::string_view name) {
    return names.interface ? names.interface(name).value_or(0) : 0;
  };
  const auto address =
      v6 ? net::IpAddress::parse(host.address, zone_of) : read_v4(host.address, host.length.has_value());
  if (!address) return fail(address.error());
  const unsigned most = v6 ? 128 : 32;
  if (!host.length) return net::Prefix::around(*address, most);
  const auto length = read_length(*host.length, most);
  if (!length) {
    return fail(Errc::parse, fmt::format("{} is not the length of a prefix, which is a number from 0 to {}{}",
                                         quoted_piece(*host.length), most, v6 ? "" : " or a mask like 255.0.0.0"));
  }
  return net::Prefix::around(*address, *length);
}

// Targets of a scan may be patterns: "10.0.0.1-9", which could be a name as well, but was not meant as one.
bool is_pattern(std::string_view text) {
  return text.contains('.') && text.find_first_not_of("0123456789.,*-") == std::string_view::npos;
}

Result<std::vector<net::Prefix>> look_up(const HostText& host, const FilterNames& names) {
  if (const auto odd = odd_character_in_name(host.address))
    return fail(Errc::parse, fmt::format("{} has {}", quoted_piece(host.address), *odd));
  if (is_pattern(host.address) || !is_host_name(host.address)) {
    return fail(Errc::parse, fmt::format("{} is neither an address nor a host name; write something like 10.0.0.0/8, "
                                         "[2001:db8::1]:443, example.org or, for UNIX sockets, unix:NAME",
                                         quoted_piece(host.address)));
  }
  if (host.length) {
    return fail(Errc::parse, fmt::format("{} is a name, and only addresses take the length of a prefix",
                                         quoted_piece(host.address)));
  }
  auto addresses = names.addresses ? names.addresses(host.address)
                                   : Result<std::vector<net::IpAddress>>{
                                         fail(Errc::unresolved, fmt::format("{} is not an address, and names are not "
                                                                            "looked up here",
                                                                            quoted_piece(host.address)))};
  if (!addresses) return fail(std::move(addresses.error()));
  std::vector<net::Prefix> prefixes;
  for (const net::IpAddress& address : *addresses) {
    const auto prefix = net::Prefix::around(address, address.is_v4() ? 32 : 128);
    if (std::ranges::find(prefixes, prefix) == prefixes.end()) prefixes.push_back(prefix);
  }
  return prefixes;
}

Result<std::vector<net::Prefix>> read_prefixes(const HostText& host, const FilterNames& names) {
  const bool numeric =
      host.address.find_first_not_of("0123456789.") == std::string_view::npos || net::is_c_address(host.address);
  if (!numeric && !host.address.contains(':')) return look_up(host, names);
  const auto prefix = read_prefix(host, names);
  if (!prefix) return fail(prefix.error());
  return std::vector{*prefix};
}

FilterNode with_port(FilterNode host, Side side, const Range& ports) {
  if (ports.low == 0 && ports.high == highest_number) return host;
  std::vector<FilterNode> parts;
  parts.push_back(std::move(host));
  parts.push_back(make_test(PortTest{.side = side, .ports = ports}));
  return make_all_of(std::move(parts));
}

Result<FilterNode> read_ip_host(std::string_view text, Side side, std::optional<net::Family> family,
                                const FilterNames& names) {
  const auto host = split_host(text);
  if (!host) return fail(host.error());
  const auto ports = read_ports(host->port, names);
  if (!ports) return fail(ports.error());
  if (is_any(host->address) && !host->length) {
    return with_port(make_test(HostTest{.side = side, .family = family, .prefix{}}), side, *ports);
  }
  const auto prefixes = read_prefixes(*host, names);
  if (!prefixes) return fail(prefixes.error());
  std::vector<FilterNode> nodes;
  for (const net::Prefix& prefix : *prefixes) {
    if (family && prefix.address.family() != *family) continue;
    nodes.push_back(make_test(HostTest{.side = side, .family = family, .prefix = prefix}));
  }
  if (nodes.empty()) {
    return fail(Errc::parse,
                fmt::format("{} has no IPv{} address", quoted_piece(host->address), family == net::Family::v6 ? 6 : 4));
  }
  return with_port(make_any_of(std::move(nodes)), side, *ports);
}

// --- other families

// A number, a word for one, or "*" and "" for any.
template <class Number, std::size_t Count>
Result<std::optional<Number>> read_word(std::string_view text, const std::array<NumberWord<Number>, Count>& words,
                                        std::string_view what) {
  if (text.empty() || text == "*") return std::optional<Number>{};
  std::string folded{text};
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const auto& [word, number] : words) {
    if (word == folded) return std::optional{number};
  }
  if (const auto number = read_number(text, std::numeric_limits<Number>::max())) {
    return std::optional{static_cast<Number>(*number)};
  }
  return fail(Errc::parse, fmt::format("{} is not {}", quoted_piece(text), what));
}

std::pair<std::string_view, std::string_view> split_at_colon(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  return {text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))};
}

std::unexpected<Error> no_other_end(std::string_view what) {
  return fail(Errc::parse, fmt::format("'dst' cannot be asked of {}; their own end is 'src'", what));
}

// What a list shows of a name is taken back: there "\x20" is a blank, where a pattern means an "x".
std::string shown_pattern(std::string_view text) {
  if (!text.contains('\\')) return {};
  std::string pattern;
  for (const char c : escape_word(text)) pattern.append(c == '\\' ? 2 : 1, c);
  return pattern;
}

Result<FilterNode> read_path(std::string_view text, Side side) {
  // The kernel tells the other end's inode only.
  if (side == Side::destination) return no_other_end("UNIX sockets, whose other end the kernel does not name");
  if (text.size() > longest_pattern) {
    return fail(Errc::parse, fmt::format("the pattern of a path is longer than {} bytes", longest_pattern));
  }
  return make_test(PathTest{std::string{text}, shown_pattern(text)});
}

Result<FilterNode> read_link(std::string_view text, Side side, const FilterNames& names) {
  if (side == Side::destination) return no_other_end("packet sockets, which have no other end");
  const auto [protocol, device] = split_at_colon(text);
  const auto ether_type = read_word(protocol, ether_words, "an Ethernet protocol, such as ip, arp or 0x88cc");
  if (!ether_type) return fail(ether_type.error());
  LinkTest test{.ether_type = *ether_type, .interface{}};
  if (!device.empty() && device != "*") {
    const auto index = read_interface(device, names);
    if (!index) return fail(index.error());
    test.interface = *index;
  }
  return make_test(test);
}

Result<FilterNode> read_netlink(std::string_view text, Side side) {
  const auto [family_text, port_text] = split_at_colon(text);
  const auto family = read_word(family_text, netlink_words, "a netlink family, such as rtnl, genl or 0");
  if (!family) return fail(family.error());
  constexpr std::array<NumberWord<std::uint32_t>, 1> port_words{{{"kernel", 0}}};
  const auto port = read_word(port_text, port_words, "a netlink port, which is a number or 'kernel'");
  if (!port) return fail(port.error());
  return make_test(NetlinkTest{.side = side, .family = *family, .port = *port});
}

Result<FilterNode> read_vsock(std::string_view text, Side side) {
  const auto [context_text, port_text] = split_at_colon(text);
  constexpr std::array<NumberWord<std::uint32_t>, 0> no_words{};
  const auto context = read_word(context_text, no_words, "a vsock context, which is a number");
  if (!context) return fail(context.error());
  const auto port = read_word(port_text, no_words, "a vsock port, which is a number");
  if (!port) return fail(port.error());
  return make_test(VsockTest{.side = side, .context = *context, .port = *port});
}

std::optional<std::uint32_t> read_port(std::string_view text, const FilterNames& names) {
  if (const auto number = read_number(text, highest_port)) return static_cast<std::uint32_t>(*number);
  // Who looks names up may take patterns for names.
  const bool is_name = !is_digits(text) && text.find_first_of("*?[") == std::string_view::npos;
  return is_name && names.port ? names.port(text) : std::nullopt;
}

}  // namespace

std::string quoted_piece(std::string_view text) {
  constexpr std::size_t most = 64;
  if (text.size() <= most) return fmt::format("'{}'", escape_terminal(text));
  return fmt::format("'{}...'", escape_terminal(text.substr(0, most)));
}

std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t most) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  } else if (text.size() > 1 && text.front() == '0') {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

Result<Range> read_ports(std::string_view text, const FilterNames& names) {
  if (text.empty() || text == "*") return Range{};
  if (const auto port = read_port(text, names)) return Range{*port, *port};
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto first = read_number(text.substr(0, dash), highest_port);
    const auto last = read_number(text.substr(dash + 1), highest_port);
    if (first && last && *first > *last) {
      return fail(Errc::parse, fmt::format("the ports {} run backwards", quoted_piece(text)));
    }
    if (first && last) return Range{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
  }
  return fail(Errc::parse, fmt::format("{} is not a port: that is a number from 0 to 65535 without zeros in front, a "
                                       "range like 8000-8100, or the name of a service",
                                       quoted_piece(text)));
}

Result<FilterNode> read_host(std::string_view text, Side side, const FilterNames& names) {
  switch (take_family(text)) {
    case Prefixed::none:
      if (names.hosts == AddressFamily::unix_domain) return read_path(text, side);
      if (names.hosts == AddressFamily::packet) return read_link(text, side, names);
      if (names.hosts == AddressFamily::netlink) return read_netlink(text, side);
      if (names.hosts == AddressFamily::vsock) return read_vsock(text, side);
      return read_ip_host(text, side, std::nullopt, names);
    case Prefixed::inet:
      return read_ip_host(text, side, net::Family::v4, names);
    case Prefixed::inet6:
      return read_ip_host(text, side, net::Family::v6, names);
    case Prefixed::unix_domain:
      return read_path(text, side);
    case Prefixed::link:
      return read_link(text, side, names);
    case Prefixed::netlink:
      return read_netlink(text, side);
    case Prefixed::vsock:
      return read_vsock(text, side);
    case Prefixed::tipc:
    case Prefixed::xdp:
      break;
  }
  return fail(Errc::parse, "TIPC and XDP sockets are not listed, so none can be asked for");
}

Result<std::uint32_t> read_interface(std::string_view text, const FilterNames& names) {
  if (const auto index = names.interface ? names.interface(text) : std::nullopt) return *index;
  if (const auto index = read_number(text, highest_number)) return static_cast<std::uint32_t>(*index);
  return fail(Errc::parse, fmt::format("there is no network interface {}; `ip link` lists them", quoted_piece(text)));
}

}  // namespace portolan::sockets
