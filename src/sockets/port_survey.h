// What is said about port numbers by `portolan ports`: what the registry says, and what this machine does with them.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/port_facts.h"
#include "net/port_set.h"
#include "sockets/listeners.h"

namespace portolan::sockets {

// A network namespace's settings (Documentation/networking/ip-sysctl.rst); they hold for IPv6, UDP and SCTP too.
struct PortLimits {
  std::optional<net::PortRange> ephemeral;          // ip_local_port_range
  std::optional<std::uint32_t> first_unprivileged;  // ip_unprivileged_port_start: 0 to 65536
  net::PortSet set_aside;                           // ip_local_reserved_ports: not taken as ephemeral ones
};
// The text of these files. nullopt for what makes no sense.
std::optional<net::PortRange> parse_port_range_setting(std::string_view text);    // "32768\t60999\n"
std::optional<std::uint32_t> parse_unprivileged_setting(std::string_view text);   // "1024\n"
std::optional<net::PortSet> parse_reserved_ports_setting(std::string_view text);  // "8080,9148-9150\n", "\n"

// One port, or a run of ports of which the same is true.
struct PortEntry {
  net::Protocol protocol = net::Protocol::tcp;
  net::PortRange ports;
  std::vector<std::string_view> names;  // as registered, the first one first; none: not registered
  std::string_view description;
  catalog::PortClass port_class = catalog::PortClass::registered;
  std::vector<catalog::Encryption> encryption;
  bool privileged = false;  // to bind it takes CAP_NET_BIND_SERVICE
  bool ephemeral = false;   // the kernel may give it to whoever asks for any
  bool set_aside = false;   // in the ephemeral range, and kept out of it
  std::vector<const Service*> listeners;
};

struct PortCatalogue {
  const catalog::Services& services;
  const catalog::Descriptions& descriptions;
};

// Ascending by port, then tcp, udp, sctp. `listeners` are ascending by port. Everything given outlives the result.
// `join_runs`: neighbours that differ in nothing but their number, and on which nobody listens, become one entry.
struct PortChoice {
  net::PortSet tcp;
  net::PortSet udp;
  net::PortSet sctp;
  bool join_runs = true;
};
std::vector<PortEntry> survey_ports(const PortChoice& choice, const PortCatalogue& catalogue, const PortLimits& limits,
                                    std::span<const Service> listeners);

}  // namespace portolan::sockets
