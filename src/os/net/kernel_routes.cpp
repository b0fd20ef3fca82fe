#include "os/net/kernel_routes.h"

#include <fmt/core.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/want_of_room.h"
#include "os/monotonic_clock.h"
#include "os/net/interfaces.h"
#include "os/net/no_way.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

// Answers wait in the socket until all of a batch are asked; this many fit into the smallest buffer.
constexpr std::size_t batch_limit = 64;

// How long the kernel itself trusts a neighbour (net.ipv4.neigh.default.base_reachable_time).
constexpr Duration neighbours_hold = std::chrono::seconds{30};

// Whatever may change a route, a source or an interface. What has no group of its own, an address label or an
// ICMP redirect, is of no weight: a redirect concerns a single host, and one that was asked before.
constexpr std::array<int, 8> change_groups{RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                           RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_IPV4_RULE,
                                           RTNLGRP_IPV6_RULE,  RTNLGRP_NEXTHOP};

void choose_kind(net::Path& path, const Route& route, const Interface& interface) {
  using enum net::Path::ByKernel;
  using Kind = net::Path::Kind;
  const bool other_family = route.gateway && route.source && route.gateway->is_v4() != route.source->is_v4();
  if (route.type == RTN_LOCAL) {
    path.kind = Kind::local;
    path.by_kernel = loopback;
    return;
  }
  if (route.encapsulated) {
    path.by_kernel = encapsulation;
  } else if (interface.type != ARPHRD_ETHER || (interface.flags & (IFF_POINTOPOINT | IFF_NOARP)) != 0) {
    path.by_kernel = device;
  } else if (other_family) {
    path.by_kernel = next_hop;
  }
  if (path.by_kernel != no) path.kind = Kind::kernel;
}

// The canonical text, with the zone's name where it is known. Numbers are what the kernel and nobody else uses.
std::string name_of(const net::IpAddress& address, std::span<const Interface> interfaces) {
  std::string name = net::to_string(address);
  if (address.zone() == 0) return name;
  const auto zone = std::ranges::find(interfaces, address.zone(), &Interface::index);
  if (zone != interfaces.end()) name.replace(name.find('%') + 1, std::string::npos, zone->name);
  return name;
}

// The errno that a packet over such a route would meet; 0 where it may leave.
int refusal_of(const Route& route) {
  switch (route.type) {
    case RTN_BLACKHOLE:
      return EINVAL;
    case RTN_PROHIBIT:
      return EACCES;
    case RTN_UNREACHABLE:
      return EHOSTUNREACH;
    case RTN_THROW:
      return ENETUNREACH;
    default:
      return 0;
  }
}

// IPv6 link-local addresses mean nothing without their interface.
net::IpAddress on_link_of(const net::IpAddress& address, std::uint32_t interface) {
  const bool lacks_zone = !address.is_v4() && address.is_link_local() && address.zone() == 0;
  return lacks_zone ? address.with_zone(interface) : address;
}

// The closest of the interface's networks that the target is in.
std::uint8_t link_prefix_of(const net::IpAddress& target, const Interface& interface) {
  unsigned length = 0;
  for (const net::Prefix& network : interface.networks) {
    if (network.contains(target)) length = std::max(length, network.length);
  }
  return static_cast<std::uint8_t>(length);
}

}  // namespace

Result<net::Path> path_of(const net::IpAddress& target, const RouteAnswer& answer,
                          std::span<const Interface> interfaces) {
  const auto name = [&] { return name_of(target, interfaces); };
  if (!answer) return fail(no_route(name(), answer.error()));
  const Route& route = *answer;
  if (const int refusal = refusal_of(route); refusal != 0) return fail(no_route(name(), refusal));
  if (route.type == RTN_BROADCAST) return fail(broadcast(name()));
  if (route.type == RTN_MULTICAST) return fail(multicast(name()));
  const auto interface = std::ranges::find(interfaces, route.interface, &Interface::index);
  if (interface == interfaces.end()) return fail(no_route(name(), ENODEV));

  if (interface->type == ARPHRD_LOOPBACK && route.type != RTN_LOCAL) return fail(leads_home(name(), interface->name));

  net::Path path;
  choose_kind(path, route, *interface);
  path.interface = interface->index;
  path.on_link = !route.gateway && !route.encapsulated;
  path.next_hop = route.gateway ? on_link_of(*route.gateway, interface->index) : target;
  if (path.kind != net::Path::Kind::local) {
    if ((interface->flags & IFF_UP) == 0) {
      return fail(unreachable(fmt::format("the way to {} is {}, which is down", name(), interface->name),
                              "interface-down", {name(), interface->name}));
    }
    if ((interface->flags & IFF_LOWER_UP) == 0) {
      return fail(
          unreachable(fmt::format("the way to {} is {}, which has no carrier (no cable, or the other end is down)",
                                  name(), interface->name),
                      "no-carrier", {name(), interface->name}));
    }
    path.source_mac = interface->mac.value_or(net::Mac{});
  }
  // The kernel names the source it would take; a local route without one is answered from the target.
  if (!route.source && path.kind != net::Path::Kind::local) {
    return fail(unreachable(
        fmt::format("{} has no {} address to reach {} from", interface->name, target.is_v4() ? "IPv4" : "IPv6", name()),
        "no-source-address", {name(), interface->name}));
  }
  path.source = on_link_of(route.source.value_or(target), interface->index);
  if (path.on_link) path.link_prefix = link_prefix_of(target, *interface);
  return path;
}

std::optional<Error> KernelRoutes::missing() {
  const auto reach = []() -> Result<void> {
    auto socket = NetlinkSocket::open();
    if (!socket) return fail(socket.error());
    if (const auto changes = NetlinkSocket::listen(change_groups); !changes) return fail(changes.error());
    return socket->visit_dump(RTM_GETRULE, AF_INET, [](MessageBytes) {});
  };
  const auto reached = reach();
  if (reached || is_for_want_of_room(reached.error())) return std::nullopt;
  return reached.error();
}

Result<std::unique_ptr<KernelRoutes>> KernelRoutes::open(std::string_view interface) {
  auto socket = NetlinkSocket::open();
  if (!socket) return fail(socket.error());
  auto changes = NetlinkSocket::listen(change_groups);
  if (!changes) return fail(changes.error());
  std::unique_ptr<KernelRoutes> router{new KernelRoutes{std::move(*socket), std::move(*changes)}};
  router->way_out_ = read_way_out();
  if (const auto current = router->follow_changes(); !current) return fail(current.error());
  if (!interface.empty()) {
    const auto found = std::ranges::find(router->interfaces_, interface, &Interface::name);
    if (found == router->interfaces_.end()) return fail(no_such_interface(interface, router->interfaces_));
    router->forced_ = found->index;
  }
  return router;
}

// Carriers and routes come and go during a long scan. After a change nothing is known any more.
Result<void> KernelRoutes::follow_changes() {
  const auto changed = changes_.drain();
  if (!changed) return fail(changed.error());
  if (!*changed && !interfaces_.empty()) return {};
  auto interfaces = list_interfaces(socket_);
  if (!interfaces) return fail(interfaces.error());
  interfaces_ = std::move(*interfaces);
  regions_.reset();
  known_.clear();
  asked_without_ = 0;
  neighbours_read_.reset();
  return read_rules();
}

// Whether the kernel's second look at a route, with the source that the first one chose, may differ.
Result<void> KernelRoutes::read_rules() {
  rules_by_source_ = false;
  return socket_.visit_dump(RTM_GETRULE, AF_INET, [this](MessageBytes message) {
    const auto rule = wire::read_struct<fib_rule_hdr>(message.subspan(std::min(sizeof(nlmsghdr), message.size())));
    if (rule && rule->src_len > 0) rules_by_source_ = true;
  });
}

std::vector<Result<net::Path>> KernelRoutes::route(std::span<const net::IpAddress> targets) {
  if (const auto current = follow_changes(); !current) return {targets.size(), fail(current.error())};
  Paths found(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (auto why = no_target(targets[i], forced_ != 0)) found[i] = fail(std::move(*why));
  }
  find(targets, found, 0);
  if (forced_ != 0) {
    const auto forced = std::ranges::find(interfaces_, forced_, &Interface::index);
    const bool home = forced != interfaces_.end() && forced->type == ARPHRD_LOOPBACK;
    // Asked for a way through one interface, the kernel does not see that a target is this machine itself.
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool own = found[i] && *found[i] && (*found[i])->kind == net::Path::Kind::local;
      if (own || is_unspecified(targets[i])) continue;
      found[i].reset();
      if (home) found[i] = fail(leads_home(name_of(targets[i], interfaces_), forced->name));
    }
    find(targets, found, forced_);
  }
  std::vector<Result<net::Path>> paths;
  paths.reserve(targets.size());
  for (auto& path : found) paths.push_back(std::move(*path));
  look_up_neighbours(paths);
  look_at_way_out(paths, targets);
  return paths;
}

// Fills in what has no path yet.
void KernelRoutes::find(std::span<const net::IpAddress> targets, Paths& paths, std::uint32_t interface) {
  if (read_regions(targets.size())) find_by_region(targets, paths, interface);
  std::vector<RouteQuestion> questions;
  std::vector<std::size_t> asked_for;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (paths[i]) continue;
    questions.push_back({.target = targets[i], .interface = interface});
    asked_for.push_back(i);
  }
  asked_without_ += questions.size();
  const Answers answers = ask_with_sources(questions);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::size_t at = asked_for[i];
    paths[at] = answers[i] ? path_of(targets[at], *answers[i], interfaces_) : fail(fault_);
  }
}

// The same where one answer serves a region; what has to be asked for by itself is left out.
void KernelRoutes::find_by_region(std::span<const net::IpAddress> targets, Paths& paths, std::uint32_t interface) {
  std::vector<std::optional<std::uint64_t>> keys(targets.size());
  std::vector<std::uint64_t> new_keys;
  std::vector<RouteQuestion> questions;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (paths[i]) continue;
    keys[i] = region_key(targets[i], interface);
    if (!keys[i] || !known_.try_emplace(*keys[i]).second) continue;
    new_keys.push_back(*keys[i]);
    questions.push_back({.target = targets[i], .interface = interface});
    questions.push_back({.target = targets[i], .interface = interface, .matched = true});
  }
  const Answers answers = ask_with_sources(questions);
  for (std::size_t i = 0; i < new_keys.size(); ++i) {
    const auto& answer = answers[2 * i];
    const auto& matched = answers[2 * i + 1];
    if (!answer || !matched) continue;
    // An address of this machine is its own source; which of many ways is taken is drawn for each target.
    const bool local = *answer && (*answer)->type == RTN_LOCAL;
    const bool many_ways = *matched && (*matched)->many_ways;
    if (!local && !many_ways) known_[new_keys[i]] = *answer;
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!keys[i]) continue;
    if (const auto& answer = known_[*keys[i]]) paths[i] = path_of(targets[i], *answer, interfaces_);
  }
}

// Whether regions are known. Their tables may be long (an Internet router's) and change all the time, so they are
// read once as much was asked without them as reading them costs.
bool KernelRoutes::read_regions(std::size_t questions) {
  if (regions_) return true;
  if (asked_without_ + questions < worth_reading_) return false;
  RouteRegions regions;
  for (const auto& [type, family] : {std::pair{RTM_GETROUTE, AF_UNSPEC}, std::pair{RTM_GETRULE, AF_UNSPEC},
                                     std::pair{RTM_GETADDR, AF_INET6}, std::pair{RTM_GETADDRLABEL, AF_INET6}}) {
    const auto read = socket_.visit_dump(static_cast<std::uint16_t>(type), static_cast<std::uint8_t>(family),
                                         [&regions](MessageBytes message) { regions.learn(message); });
    if (!read) {
      asked_without_ = 0;
      return false;
    }
  }
  regions.sort();
  worth_reading_ = std::max<std::uint64_t>(least_worth_reading, regions.size());
  regions_ = std::move(regions);
  return true;
}

// A region may be routed differently through each interface that is asked for.
std::optional<std::uint64_t> KernelRoutes::region_key(const net::IpAddress& target, std::uint32_t interface) const {
  const auto region = regions_->region_of(target);
  if (!region) return std::nullopt;
  return std::uint64_t{interface != 0 ? interface : target.zone()} << 32U | *region;
}

// As connect() does over IPv4: once the source is known, rules that go by it are asked for (include/net/route.h,
// ip_route_connect). Over IPv6 it stays with the first answer (net/ipv6/ip6_output.c, ip6_dst_lookup_tail).
KernelRoutes::Answers KernelRoutes::ask_with_sources(const std::vector<RouteQuestion>& questions) {
  Answers answers = ask(questions);
  if (!rules_by_source_) return answers;
  std::vector<RouteQuestion> again;
  std::vector<std::size_t> asked_for;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const bool local = answers[i] && *answers[i] && (*answers[i])->type == RTN_LOCAL;
    if (!questions[i].target.is_v4() || questions[i].matched || local || !answers[i] || !*answers[i] ||
        !(*answers[i])->source)
      continue;
    again.push_back(questions[i]);
    again.back().source = (*answers[i])->source;
    asked_for.push_back(i);
  }
  const Answers second = ask(again);
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (!second[i]) continue;
    answers[asked_for[i]] = *second[i];
    // The source that was asked with is not repeated.
    if (*second[i]) (*answers[asked_for[i]])->source = again[i].source;
  }
  return answers;
}

// Nothing where the kernel's answer got lost.
KernelRoutes::Answers KernelRoutes::ask(std::vector<RouteQuestion> questions) {
  Answers answers(questions.size());
  for (std::size_t first = 0; first < questions.size(); first += batch_limit) {
    const std::size_t count = std::min(batch_limit, questions.size() - first);
    ask_batch(std::span{questions}.subspan(first, count), std::span{answers}.subspan(first, count));
  }
  // One answer that was lost among many is asked for by itself.
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (!answers[i]) ask_batch(std::span{questions}.subspan(i, 1), std::span{answers}.subspan(i, 1));
  }
  return answers;
}

void KernelRoutes::ask_batch(std::span<RouteQuestion> questions, std::span<Answers::value_type> answers) {
  datagram_.clear();
  const std::uint32_t first = sequence_ + 1;
  for (RouteQuestion& question : questions) {
    question.sequence = ++sequence_;
    append_question(datagram_, question);
  }
  asked_ += questions.size();
  Result<void> asked = socket_.send(datagram_);
  if (asked) {
    const auto received = socket_.receive([&](MessageBytes message) {
      const std::uint32_t at = header_of(message).nlmsg_seq - first;
      if (at < answers.size()) answers[at] = parse_route_answer(message);
    });
    if (!received) asked = fail(received.error());
  }
  if (!asked) fault_ = asked.error();
}

void KernelRoutes::look_up_neighbours(std::span<Result<net::Path>> paths) {
  const auto wants = [](const Result<net::Path>& path) { return path && path->kind == net::Path::Kind::ethernet; };
  if (std::ranges::none_of(paths, wants)) return;
  read_neighbours();
  for (auto& path : paths) {
    if (!wants(path)) continue;
    const auto found = neighbours_.find({path->interface, on_link_of(path->next_hop, path->interface)});
    if (found == neighbours_.end()) continue;
    if (!path->on_link) {
      path->next_hop_mac = found->second.mac;
    } else if (found->second.set_by_hand) {
      path->kind = net::Path::Kind::kernel;
      path->by_kernel = net::Path::ByKernel::neighbour;
    }
  }
}

void KernelRoutes::look_at_way_out(std::span<Result<net::Path>> paths, std::span<const net::IpAddress> targets) const {
  using enum net::Path::ByKernel;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!paths[i] || paths[i]->by_kernel != no) continue;
    paths[i]->by_kernel = reason_on(way_out_, targets[i], paths[i]->interface);
    // Who is on the link by its route may be behind the other end of an IPsec tunnel.
    if (paths[i]->by_kernel == ipsec) paths[i]->kind = net::Path::Kind::kernel;
  }
}

// Unless they were read a moment ago. Without them the scan asks for its gateways itself.
void KernelRoutes::read_neighbours() {
  const Instant now = MonotonicClock{}.now();
  if (neighbours_read_ && now - *neighbours_read_ < neighbours_hold) return;
  neighbours_read_ = now;
  neighbours_.clear();
  (void)socket_.visit_dump(RTM_GETNEIGH, AF_UNSPEC, [this](MessageBytes message) {
    constexpr unsigned by_hand = NUD_PERMANENT | NUD_NOARP;
    const auto neighbour = parse_neighbour(message);
    if (!neighbour || !neighbour->mac || (neighbour->state & (by_hand | NUD_REACHABLE)) == 0) return;
    const auto address = on_link_of(neighbour->address, neighbour->interface);
    neighbours_.insert_or_assign({neighbour->interface, address},
                                 KnownNeighbour{*neighbour->mac, (neighbour->state & by_hand) != 0});
  });
}

}  // namespace portolan::os
