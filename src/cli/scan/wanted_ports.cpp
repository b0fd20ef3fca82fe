#include "cli/scan/wanted_ports.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "base/escape.h"
#include "catalog/ip_protocols.h"
#include "probe/registry.h"

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

std::string upper_case(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return result;
}

}  // namespace

std::string protocol_name(probe::Asks asks) { return upper_case(net::name_of(probe::protocol_of(asks))); }

std::string_view numbered(probe::Asks asks) { return probe::asks_ports(asks) ? "port" : "protocol"; }

plan::PortLanguage language_of(probe::Asks asks) {
  return probe::asks_ports(asks) ? plan::PortLanguage::scan : plan::PortLanguage::ip_protocols;
}

std::string names_none(std::string_view list, probe::Asks asks) {
  if (asks == probe::Asks::ip_protocols) {
    return "IP protocols have numbers from 0 to 255 and no prefix, as in 1,6,47 (T:, U: and S: stand before ports)";
  }
  return fmt::format("'{}' names no {} {}", escape_terminal(list), protocol_name(asks), numbered(asks));
}

std::string only_other_ports(net::Protocol protocol, bool beside_others) {
  const auto asks_them = [&](const probe::Probe* probe) {
    return !probe->scan_option.spelling.empty() && probe::asks_numbers(probe->asks) &&
           probe::protocol_of(probe->asks) == protocol;
  };
  const auto way = std::ranges::find_if(probe::registry, asks_them);
  const bool apart = beside_others && protocol == net::Protocol::ip;
  return fmt::format("-p names only {} {}s, which nothing here asks: {} {}{}", upper_case(net::name_of(protocol)),
                     numbered((*way)->asks), apart ? "ask by" : "add", (*way)->scan_option.spelling,
                     apart ? ", in a scan of its own" : "");
}

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
