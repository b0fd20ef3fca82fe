// HOST[:PORT[/PROTOCOL]], as the commands take it that ask one host. Pure: names come through what is handed in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "net/ip_address.h"
#include "net/port.h"
#include "plan/target_set.h"

namespace portolan::cli {

struct Place {
  std::string host;  // not empty; without the brackets of [2001:db8::1]:80
  std::optional<std::string> port;
  std::optional<net::Protocol> protocol;  // only with a port
  // How it would be written if the end of the host were meant as a port: "[::1]:25" of "::1:25". Only of an address
  // without brackets that can be read so.
  std::optional<std::string> with_port = {};
};

// Errc::usage with a sentence that quotes the text.
Result<Place> parse_place(std::string_view text);

// "server:25", "[2001:db8::1]:25": for advice, inert on a terminal.
std::string at_port(std::string_view host, std::string_view port);

// A number, or the name of a service in the registry; of Protocol::ip an IP protocol. Errc::usage where it is neither.
Result<net::Port> port_named(std::string_view word, net::Protocol protocol, const catalog::Services& services);

struct HostAddresses {
  std::vector<net::IpAddress> addresses;  // at least one, best first
  std::string name;                       // "" where an address was given
  std::size_t left_out = 0;               // addresses of the name that are of the other family
};

// The addresses of one host. An address is taken whatever its family. Errors: Errc::usage and Errc::parse for what is
// no single host, and what the look-up says.
Result<HostAddresses> addresses_of(std::string_view host, plan::TargetOptions::Families families,
                                   const plan::Resolve& resolve, const plan::ZoneOf& zone_of);

}  // namespace portolan::cli
