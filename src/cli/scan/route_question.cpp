#include "cli/scan/route_question.h"

#include <fmt/core.h>

#include "base/escape.h"
#include "cli/place.h"
#include "os/names/resolve.h"
#include "os/net/interfaces.h"
#include "os/net/kernel_routes.h"

namespace portolan::cli {
namespace {

plan::TargetOptions::Families families(const ScanOptions& options, Dialect dialect) {
  using enum plan::TargetOptions::Families;
  if (options.only_v6) return v6;
  return options.only_v4 || dialect == Dialect::nmap ? v4 : both;
}

}  // namespace

std::string way_text(const net::IpAddress& target, std::string_view interface, const net::Path& path, Dialect dialect) {
  const std::string link = escape_terminal(interface);
  const std::string to = to_string(target.without_zone());
  const std::string from = to_string(path.source.without_zone());
  const std::string hop = to_string(path.next_hop.without_zone());
  const bool local = path.kind == net::Path::Kind::local;
  if (dialect == Dialect::nmap) {
    const std::string way = local || path.on_link ? "direct" : fmt::format("nexthop {}", hop);
    return fmt::format("{0}\n{1} {1} srcaddr {2} {3}\n", to, link, from, way);
  }
  if (local) return fmt::format("{} is an address of this machine itself: through {} from {}\n", to, link, from);
  if (path.on_link) return fmt::format("{} is on the link of {}: from {}\n", to, link, from);
  return fmt::format("{} is behind the gateway {}: through {} from {}\n", to, hop, link, from);
}

Result<std::string> ways_text(const ScanOptions& options, Dialect dialect) {
  const auto host = addresses_of(*options.route_to, families(options, dialect), os::resolve, os::interface_index);
  if (!host) return fail(host.error());
  auto routes = os::KernelRoutes::open(options.interface);
  if (!routes) return fail(routes.error());
  std::vector<net::IpAddress> targets = host->addresses;
  if (dialect == Dialect::nmap) targets.resize(1);
  const auto paths = (*routes)->route(targets);
  std::string text;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!paths[i]) return fail(paths[i].error());
    text += way_text(targets[i], os::interface_name(paths[i]->interface), *paths[i], dialect);
  }
  return text;
}

}  // namespace portolan::cli
