#include "os/net/no_way.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/system_error.h"

namespace portolan::os {
namespace {

std::string no_route_text(const std::string& name, int error) {
  switch (error) {
    case ENETUNREACH:
      return fmt::format("no route leads to {}", name);
    case EHOSTUNREACH:
      return fmt::format("a route of this machine calls {} unreachable", name);
    case EACCES:
      return fmt::format("a route of this machine prohibits {}", name);
    case EINVAL:
      return fmt::format("a route of this machine throws packets to {} away", name);
    default:
      return fmt::format("cannot find a route to {}: {}", name, error_text(error));
  }
}

}  // namespace

Error unreachable(std::string message, std::string cause, std::vector<std::string> about) {
  return {Errc::unreachable, std::move(message), std::move(cause), std::move(about)};
}

Error no_route(const std::string& name, int error) {
  return unreachable(no_route_text(name, error), error_name(error), {name});
}

Error broadcast(const std::string& name) {
  return unreachable(fmt::format("{} is a broadcast address and names no host", name), "broadcast", {name});
}

Error multicast(const std::string& name) {
  return unreachable(fmt::format("{} is a multicast address and names no host", name), "multicast", {name});
}

Error leads_home(const std::string& name, const std::string& interface) {
  return unreachable(fmt::format("the way to {} is {}, which leads to this machine alone", name, interface),
                     "leads-home", {name, interface});
}

bool is_unspecified(const net::IpAddress& address) {
  return std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
}

std::optional<Error> no_target(const net::IpAddress& target, bool interface_is_known) {
  const std::string name = net::to_string(target);
  if (is_unspecified(target)) {
    return unreachable(fmt::format("{} names no host; for this machine use localhost", name), "no-host", {name});
  }
  if (!target.is_v4() && target.is_link_local() && target.zone() == 0 && !interface_is_known) {
    return unreachable(fmt::format("{0} is a link-local address: name its interface, as in {0}%eth0 or with -e", name),
                       "no-zone", {name});
  }
  return std::nullopt;
}

}  // namespace portolan::os
