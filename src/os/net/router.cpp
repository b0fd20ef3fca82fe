#include "os/net/router.h"

#include <fmt/core.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "os/net/interfaces.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

// Answers wait in the socket until all of a batch are asked; this many fit into the smallest buffer.
constexpr std::size_t batch_limit = 64;

std::unexpected<Error> unreachable(std::string message) { return fail(Errc::unreachable, std::move(message)); }

net::Path::Kind kind_of(const Route& route, const Interface& interface) {
  using Kind = net::Path::Kind;
  if (route.type == RTN_LOCAL || interface.type == ARPHRD_LOOPBACK) return Kind::local;
  if (interface.type != ARPHRD_ETHER || (interface.flags & (IFF_POINTOPOINT | IFF_NOARP)) != 0) return Kind::tunnel;
  return Kind::ethernet;
}

// The canonical text, with the zone's name where it is known. Numbers are what the kernel and nobody else uses.
std::string name_of(const net::IpAddress& address, std::span<const Interface> interfaces) {
  std::string name = net::to_string(address);
  if (address.zone() == 0) return name;
  const auto zone = std::ranges::find(interfaces, address.zone(), &Interface::index);
  if (zone != interfaces.end()) name.replace(name.find('%') + 1, std::string::npos, zone->name);
  return name;
}

// Errc::unreachable, for a question that the kernel answered with an error number.
Error no_route(const std::string& name, int error) {
  switch (error) {
    case ENETUNREACH:
      return {Errc::unreachable, fmt::format("no route leads to {}", name)};
    case EHOSTUNREACH:
      return {Errc::unreachable, fmt::format("a route of this machine calls {} unreachable", name)};
    case EACCES:
      return {Errc::unreachable, fmt::format("a route of this machine prohibits {}", name)};
    case EINVAL:
      return {Errc::unreachable, fmt::format("a route of this machine throws packets to {} away", name)};
    default:
      return {Errc::unreachable, fmt::format("cannot find a route to {}: {}", name, error_text(error))};
  }
}

std::optional<Error> refusal_of(const std::string& target, const Route& route) {
  switch (route.type) {
    case RTN_BLACKHOLE:
      return no_route(target, EINVAL);
    case RTN_PROHIBIT:
      return no_route(target, EACCES);
    case RTN_UNREACHABLE:
      return no_route(target, EHOSTUNREACH);
    case RTN_THROW:
      return no_route(target, ENETUNREACH);
    default:
      return std::nullopt;
  }
}

// IPv6 link-local addresses mean nothing without their interface.
net::IpAddress on_link_of(const net::IpAddress& address, std::uint32_t interface) {
  const bool lacks_zone = !address.is_v4() && address.is_link_local() && address.zone() == 0;
  return lacks_zone ? address.with_zone(interface) : address;
}

bool is_unspecified(const net::IpAddress& address) {
  return std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

Result<net::Path> path_of(const net::IpAddress& target, const Route& route, std::span<const Interface> interfaces) {
  const std::string name = name_of(target, interfaces);
  if (auto refusal = refusal_of(name, route)) return fail(std::move(*refusal));
  const auto interface = std::ranges::find(interfaces, route.interface, &Interface::index);
  if (interface == interfaces.end()) return fail(no_route(name, ENODEV));

  net::Path path;
  path.kind = kind_of(route, *interface);
  path.interface = interface->index;
  path.on_link = !route.gateway;
  path.next_hop = route.gateway ? on_link_of(*route.gateway, interface->index) : target;
  if (path.kind != net::Path::Kind::local) {
    if ((interface->flags & IFF_UP) == 0) {
      return unreachable(fmt::format("the way to {} is {}, which is down", name, interface->name));
    }
    if ((interface->flags & IFF_LOWER_UP) == 0) {
      return unreachable(fmt::format("the way to {} is {}, which has no carrier (no cable, or the other end is down)",
                                     name, interface->name));
    }
    path.source_mac = interface->mac.value_or(net::Mac{});
  }
  // The kernel names the source it would take; a local route without one is answered from the target.
  if (!route.source && path.kind != net::Path::Kind::local) {
    return unreachable(
        fmt::format("{} has no {} address to reach {} from", interface->name, target.is_v4() ? "IPv4" : "IPv6", name));
  }
  path.source = on_link_of(route.source.value_or(target), interface->index);
  return path;
}

Result<std::unique_ptr<Router>> Router::open(std::string_view interface) {
  auto socket = NetlinkSocket::open();
  if (!socket) return fail(socket.error());
  std::unique_ptr<Router> router{new Router{std::move(*socket)}};
  if (const auto read = router->read_interfaces(); !read) return fail(read.error());
  if (!interface.empty()) {
    const auto found = std::ranges::find(router->interfaces_, interface, &Interface::name);
    if (found == router->interfaces_.end()) return fail(no_such_interface(interface, router->interfaces_));
    router->forced_ = found->index;
  }
  return router;
}

Result<void> Router::read_interfaces() {
  auto interfaces = list_interfaces(socket_);
  if (!interfaces) return fail(interfaces.error());
  interfaces_ = std::move(*interfaces);
  return {};
}

std::vector<Result<net::Path>> Router::route(std::span<const net::IpAddress> targets) {
  // Carriers come and go during a long scan.
  if (const auto read = read_interfaces(); !read) return {targets.size(), fail(read.error())};
  Answers answers(targets.size());
  ask_all(targets, answers, 0);
  if (forced_ != 0) {
    // Asked for a way through one interface, the kernel does not see that a target is this machine itself.
    for (auto& answer : answers) {
      const bool own = answer && *answer && (*answer)->kind == net::Path::Kind::local;
      if (!own) answer.reset();
    }
    ask_all(targets, answers, forced_);
  }
  std::vector<Result<net::Path>> paths;
  paths.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    paths.push_back(answers[i] ? std::move(*answers[i]) : fail(no_route(name_of(targets[i], interfaces_), ENOBUFS)));
  }
  fill_gateways(paths);
  return paths;
}

// Fills in what has no answer yet.
void Router::ask_all(std::span<const net::IpAddress> targets, Answers& answers, std::uint32_t interface) {
  for (std::size_t first = 0; first < targets.size(); first += batch_limit) {
    const std::size_t count = std::min(batch_limit, targets.size() - first);
    ask(targets.subspan(first, count), std::span{answers}.subspan(first, count), interface);
  }
  // One answer that was lost among many is asked for by itself.
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!answers[i]) ask(targets.subspan(i, 1), std::span{answers}.subspan(i, 1), interface);
  }
}

void Router::ask(std::span<const net::IpAddress> targets, std::span<Answers::value_type> answers,
                 std::uint32_t interface) {
  datagram_.clear();
  const std::uint32_t first = sequence_ + 1;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    ++sequence_;
    const net::IpAddress& target = targets[i];
    if (answers[i]) continue;
    if (is_unspecified(target)) {
      answers[i] = unreachable(fmt::format("{} names no host; for this machine use localhost", net::to_string(target)));
    } else if (!target.is_v4() && target.is_link_local() && target.zone() == 0 && forced_ == 0) {
      answers[i] = unreachable(fmt::format("{0} is a link-local address: name its interface, as in {0}%eth0 or with -e",
                                           net::to_string(target)));
    } else {
      append_question(datagram_, {target, interface, sequence_});
    }
  }
  if (datagram_.empty() || !socket_.send(datagram_)) return;
  (void)socket_.receive([&](MessageBytes message) {
    const std::uint32_t at = header_of(message).nlmsg_seq - first;
    if (at < targets.size()) answers[at] = answer(targets[at], message);
  });
}

Result<net::Path> Router::answer(const net::IpAddress& target, MessageBytes message) {
  if (const auto error = parse_error(message)) return fail(no_route(name_of(target, interfaces_), *error));
  const auto route = parse_route(message);
  if (!route) return fail(no_route(name_of(target, interfaces_), EBADMSG));
  return path_of(target, *route, interfaces_);
}

void Router::fill_gateways(std::span<Result<net::Path>> paths) {
  const auto wants = [](const Result<net::Path>& path) {
    return path && path->kind == net::Path::Kind::ethernet && !path->on_link;
  };
  if (std::ranges::none_of(paths, wants)) return;
  const auto messages = socket_.dump(RTM_GETNEIGH);
  if (!messages) return;  // then the scan asks for them
  std::map<std::pair<std::uint32_t, net::IpAddress>, net::Mac> known;
  for (const auto& message : *messages) {
    const auto neighbour = parse_neighbour(message);
    // Told only of entries that the kernel itself would use (net/core/neighbour.c, neigh_fill_info: NUD_VALID).
    if (!neighbour || !neighbour->mac) continue;
    known.emplace(std::pair{neighbour->interface, on_link_of(neighbour->address, neighbour->interface)},
                  *neighbour->mac);
  }
  for (auto& path : paths) {
    if (!wants(path)) continue;
    const auto found = known.find({path->interface, path->next_hop});
    if (found != known.end()) path->next_hop_mac = found->second;
  }
}

}  // namespace portolan::os
