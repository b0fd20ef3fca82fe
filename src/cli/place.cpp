#include "cli/place.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "catalog/ip_protocols.h"
#include "plan/target_expression.h"

namespace portolan::cli {
namespace {

std::unexpected<Error> usage(std::string message) { return fail(Errc::usage, std::move(message)); }

Result<net::Protocol> protocol_named(std::string_view word, std::string_view whole) {
  for (const net::Protocol protocol :
       {net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp, net::Protocol::ip}) {
    if (word == net::name_of(protocol)) return protocol;
  }
  return usage(said("'{}': behind the / stands tcp, udp, sctp or ip, and one host is asked, no network",
                    escape_terminal(whole)));
}

bool is_v6_address(std::string_view text) {
  return text.contains(':') && net::IpAddress::parse(text.substr(0, text.find('%')));
}

std::size_t groups_behind_gap(std::string_view address) {
  const auto gap = address.find("::");
  return gap == std::string_view::npos ? 0
                                       : static_cast<std::size_t>(std::ranges::count(address.substr(gap + 2), ':')) + 1;
}

// An address without brackets, perhaps with a port behind it.
struct Split {
  std::string_view address;
  std::string_view port;
};
std::optional<Split> split_at_last_colon(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_v6_address(text.substr(0, colon))) return std::nullopt;
  return Split{text.substr(0, colon), text.substr(colon + 1)};
}

// No zone holds a colon: the kernel's dev_valid_name() allows none in names of interfaces.
bool has_colon_in_zone(std::string_view text) {
  const auto zone = text.find('%');
  return zone != std::string_view::npos && text.substr(zone).contains(':');
}

// Of a text with colons and no brackets.
Result<Place> place_of_v6(std::string_view text, std::string_view whole) {
  Place place{.host = std::string{text}, .port = {}, .protocol = {}};
  const auto split = split_at_last_colon(text);
  if (!split) return place;
  if (!is_v6_address(text) || has_colon_in_zone(text)) {
    return usage(said("'{0}': an IPv6 address with a port is written {1}", escape_terminal(whole),
                      at_port(split->address, split->port)));
  }
  // What ends in four groups ends in a whole interface identifier (RFC 4291 §2.5.1), as machines make them.
  constexpr std::size_t identifier = 4;
  if (!text.contains('%') && groups_behind_gap(text) != identifier && net::Port::parse(split->port)) {
    place.with_port = at_port(split->address, split->port);
  }
  return place;
}

}  // namespace

std::string at_port(std::string_view host, std::string_view port) {
  const bool is_v6 = host.contains(':');
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", escape_terminal(host), is_v6 ? "]" : "", escape_terminal(port));
}

Result<Place> parse_place(std::string_view whole) {
  Place place;
  std::string_view text = whole;
  if (const auto slash = text.rfind('/'); slash != std::string_view::npos) {
    const auto protocol = protocol_named(text.substr(slash + 1), whole);
    if (!protocol) return fail(protocol.error());
    place.protocol = *protocol;
    text = text.substr(0, slash);
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    const std::string_view behind = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (end == std::string_view::npos || (!behind.empty() && !behind.starts_with(':'))) {
      return usage(said("'{}': an IPv6 address with a port is written [2001:db8::1]:80", escape_terminal(whole)));
    }
    place.host = text.substr(1, end - 1);
    if (!behind.empty()) place.port = behind.substr(1);
  } else if (std::ranges::count(text, ':') == 1) {
    const auto colon = text.find(':');
    place.host = text.substr(0, colon);
    place.port = text.substr(colon + 1);
  } else {
    auto v6 = place_of_v6(text, whole);
    if (!v6) return fail(v6.error());
    place.host = std::move(v6->host);
    place.with_port = std::move(v6->with_port);
  }
  if (place.host.empty()) return usage(said("'{}' names no host", escape_terminal(whole)));
  if (place.protocol && !place.port) {
    return usage(said("'{0}' has a protocol and no port; write {1}/{2}", escape_terminal(whole),
                      place.with_port.value_or(at_port(place.host, "80")), net::name_of(*place.protocol)));
  }
  return place;
}

Result<net::Port> port_named(std::string_view word, net::Protocol protocol, const catalog::Services& services) {
  const bool is_ip = protocol == net::Protocol::ip;
  const auto number = net::Port::parse(word);
  if (number && (!is_ip || number->value() <= catalog::highest_ip_protocol)) return *number;
  const auto ports = services.matching(protocol, word);
  const bool is_pattern = word.find_first_of("*?") != std::string_view::npos;
  if (!word.empty() && !is_pattern && !ports.empty()) return ports.ports().front();
  if (is_ip) {
    return usage(said("'{}' is no IP protocol: a number from 0 to 255 or a name such as gre stands there",
                      escape_terminal(word)));
  }
  return usage(said("'{0}' is no {1} port: a number from 0 to 65535 or the name of a service stands there",
                    escape_terminal(word), net::name_of(protocol)));
}

Result<HostAddresses> addresses_of(std::string_view host, plan::TargetOptions::Families families,
                                   const plan::Resolve& resolve, const plan::ZoneOf& zone_of) {
  const auto read = plan::parse_target(host, zone_of);
  if (!read) return fail(read.error());
  if (const auto named = plan::check_names_a_host(host, *read); !named) return fail(named.error());
  if (const auto address = net::IpAddress::parse(host, zone_of)) {
    if (!address->is_v4() && address->is_link_local() && address->zone() == 0) {
      return usage(said("'{0}' is an address on one link, which has to be named: {0}%eth0", escape_terminal(host)));
    }
    return HostAddresses{.addresses = {*address}, .name = {}};
  }
  plan::TargetSet set;
  if (const auto added = set.add(host, {.families = families}, resolve, zone_of); !added) return fail(added.error());
  plan::TargetSet::Cursor cursor{set};
  HostAddresses found;
  for (auto target = cursor.next(); target; target = cursor.next()) {
    if (target->name.empty()) break;
    found.name = target->name;
    found.left_out = target->other_addresses.size();
    found.addresses.push_back(target->address);
  }
  if (found.addresses.empty()) {
    return usage(said("'{}' is no single host, and one is asked at a time", escape_terminal(host)));
  }
  return found;
}

}  // namespace portolan::cli
