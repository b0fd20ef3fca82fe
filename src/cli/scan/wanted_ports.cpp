#include "cli/scan/wanted_ports.h"

#include <cstddef>

#include "catalog/ip_protocols.h"

namespace portolan::cli {
namespace {

constexpr std::size_t default_ports = 1000;
constexpr std::size_t fast_ports = 100;
constexpr std::size_t all_ports = 65536;

// Nobody counts which are common, nmap neither.
net::PortSet wanted_ip_protocols(const ScanOptions& options, const std::optional<plan::PortPlan>& named,
                                 const catalog::Services& services) {
  if (named) return named->ip;
  if (options.fast) return services.registered(net::Protocol::ip);
  net::PortSet all;
  all.insert({.first = net::Port{0}, .last = net::Port{catalog::highest_ip_protocol}});
  return all;
}

}  // namespace

net::PortSet wanted_ports(const ScanOptions& options, const std::optional<plan::PortPlan>& named,
                          net::Protocol protocol, const catalog::Services& services) {
  if (protocol == net::Protocol::ip) return wanted_ip_protocols(options, named, services);
  if (named && !options.top_ports) return named->of(protocol);
  std::size_t left = options.top_ports.value_or(options.fast ? fast_ports : default_ports);
  net::PortSet most_common;
  for (const net::Port port : services.top(protocol, named ? all_ports : left)) {
    if (left == 0) break;
    if (named && !named->of(protocol).contains(port)) continue;
    most_common.insert(port);
    --left;
  }
  return most_common;
}

}  // namespace portolan::cli
