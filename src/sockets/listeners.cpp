#include "sockets/listeners.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace portolan::sockets {
namespace {

constexpr std::uint8_t datagram = 2;  // SOCK_DGRAM

// The name that systemd, as the machine's first process or as a user's manager, has for itself.
constexpr std::string_view manager = "systemd";

bool all_loopback(std::span<const Place> places) {
  return std::ranges::all_of(places, [](const Place& place) { return place.address.is_loopback(); });
}

std::string interface_text(std::uint32_t index, std::uint64_t network_namespace, RowNames& names) {
  const auto name = names.interface(index, network_namespace);
  return name.empty() ? fmt::format("if{}", index) : std::string{name};
}

std::string address_text(const net::IpAddress& address, std::uint64_t network_namespace, RowNames& names) {
  if (address.zone() == 0) return to_string(address);
  return fmt::format("{}%{}", to_string(address.without_zone()),
                     interface_text(address.zone(), network_namespace, names));
}

void append_piece(std::string& text, std::string_view piece) {
  if (!text.empty()) text += ',';
  text += piece;
}

// What the wildcards among the places without an interface say together.
std::string_view wildcard_text(std::span<const Place> places) {
  bool v4 = false;
  bool v6 = false;
  for (const Place& place : places) {
    if (place.interface != 0 || !is_wildcard(place.address)) continue;
    if (place.address.is_v4()) {
      v4 = true;
    } else {
      v6 = true;
      v4 = v4 || !place.only_v6;
    }
  }
  if (v4 && v6) return "everywhere";
  if (v4) return "everywhere(IPv4)";
  return v6 ? "everywhere(IPv6)" : "";
}

// What tells one service from another on the same port: workers have it in common, two servers of the same program that
// were started apart differ in their command lines.
struct Owner {
  std::string program;
  std::string command;
  std::string unit;
  std::string container;
  friend auto operator<=>(const Owner&, const Owner&) = default;
};

// The holders of one socket, taken apart.
struct Held {
  std::vector<std::uint32_t> pids;  // the one that has run longest first
  const Process* leader = nullptr;
  bool by_systemd = false;
};

Held taken_apart(const Listener& listener, RowNames& names) {
  Held held;
  std::set<std::tuple<bool, std::uint64_t, std::uint32_t>> by_age;  // not known last
  std::vector<std::uint32_t> managers;
  for (const Holder& holder : listener.holders) {
    const Process* process = names.process(holder.pid);
    if (process != nullptr && process->program == manager) {
      if (std::ranges::find(managers, holder.pid) == managers.end()) managers.push_back(holder.pid);
    } else {
      const std::uint64_t started = process == nullptr ? 0 : process->started;
      by_age.emplace(started == 0, started, holder.pid);
    }
  }
  held.by_systemd = !managers.empty();
  for (const auto& [unknown, started, pid] : by_age) held.pids.push_back(pid);
  if (held.pids.empty()) held.pids = std::move(managers);
  if (!held.pids.empty()) held.leader = names.process(held.pids.front());
  return held;
}

// Pids of further sockets of a service, in the order in which they began to run.
void add_pids(Service& service, const std::vector<std::uint32_t>& more, RowNames& names) {
  for (const std::uint32_t pid : more) {
    if (std::ranges::find(service.pids, pid) == service.pids.end()) service.pids.push_back(pid);
  }
  std::ranges::sort(service.pids, {}, [&](std::uint32_t pid) {
    const Process* process = names.process(pid);
    const std::uint64_t started = process == nullptr ? 0 : process->started;
    return std::tuple{started == 0, started, pid};
  });
}

void add_place(Service& service, const Place& place) {
  const auto at = std::ranges::lower_bound(service.places, place);
  if (at == service.places.end() || *at != place) service.places.insert(at, place);
}

// As the kernel's compute_score (net/ipv4/inet_hashtables.c) chooses: a device before an address before anything.
template <class IsSameDoor>
std::size_t listener_for(std::span<const Service> services, const Listener& end, IsSameDoor is_same_door) {
  std::size_t best = services.size();
  int best_score = 0;
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (!is_same_door(services[i])) continue;
    if (!end.path.empty()) return i;
    for (const Place& place : services[i].places) {
      if (!place.takes(end.place.address) || !place.is_on(end.place.interface)) continue;
      const int score = 1 + (place.interface != 0 ? 2 : 0) + (is_wildcard(place.address) ? 0 : 1);
      if (score <= best_score) continue;
      best_score = score;
      best = i;
    }
  }
  return best;
}

}  // namespace

bool is_wildcard(const net::IpAddress& address) {
  return std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
}

bool Place::takes(const net::IpAddress& target) const {
  const net::IpAddress there = target.unmapped();
  const net::IpAddress here = address.unmapped();
  const bool zones_fit = here.zone() == 0 || there.zone() == 0 || here.zone() == there.zone();
  if (here.without_zone() == there.without_zone()) return zones_fit;
  if (!is_wildcard(here)) return false;
  return here.is_v4() == there.is_v4() || (there.is_v4() && !only_v6);
}

bool Place::shares(const net::IpAddress& other) const {
  const net::IpAddress there = other.unmapped();
  const net::IpAddress here = address.unmapped();
  if (!is_wildcard(there)) return takes(there);
  if (there.is_v4()) return here.is_v4() || (is_wildcard(here) && !only_v6);
  return true;
}

std::string places_text(std::span<const Place> places, std::uint64_t network_namespace, RowNames& names) {
  std::string text;
  if (!places.empty() && all_loopback(places)) return "loopback";
  append_piece(text, wildcard_text(places));
  bool loopback = false;
  for (const Place& place : places) {
    if (place.interface != 0 && is_wildcard(place.address)) {
      const auto name = interface_text(place.interface, network_namespace, names);
      if (!text.ends_with(name)) append_piece(text, name);  // both families of one interface follow each other
    } else if (place.address.is_loopback()) {
      if (!std::exchange(loopback, true)) append_piece(text, "loopback");
    } else if (!is_wildcard(place.address)) {
      append_piece(text, address_text(place.address, network_namespace, names));
    }
  }
  return text;
}

std::string endpoints_text(std::span<const Place> places, std::uint32_t port, std::uint64_t network_namespace,
                           RowNames& names) {
  std::string text;
  for (const Place& place : places) {
    const auto address = address_text(place.address, network_namespace, names);
    std::string piece =
        place.address.is_v4() ? fmt::format("{}:{}", address, port) : fmt::format("[{}]:{}", address, port);
    if (place.interface != 0 && place.interface != place.address.zone()) {
      piece += "%" + interface_text(place.interface, network_namespace, names);
    }
    append_piece(text, piece);
  }
  return text;
}

bool waits(const Row& row) {
  switch (row.protocol) {
    case SocketKind::tcp:
    case SocketKind::mptcp:
    case SocketKind::sctp:
    case SocketKind::dccp:
      return row.state == State::listen;
    case SocketKind::udp:
    case SocketKind::udplite:
      return row.state == State::closed && row.local_port != 0;
    case SocketKind::unix_domain:
      return !row.path.empty() && (row.state == State::listen || (row.state == State::closed && row.type == datagram));
    default:
      return false;
  }
}

Listener listener_of(const Row& row) {
  Listener listener;
  listener.protocol = seen_from_outside(row.protocol);
  listener.port = row.protocol == SocketKind::unix_domain ? 0 : row.local_port;
  listener.place = {.address = row.local, .only_v6 = row.only_v6, .interface = row.interface};
  listener.path = row.path;
  listener.inode = row.inode;
  listener.network_namespace = row.network_namespace;
  if (row.has_user) listener.user = row.user;
  listener.holders.assign(row.holders.begin(), row.holders.end());
  listener.no_owner = row.no_owner;
  return listener;
}

std::string_view name_of(UnitFlag flag) {
  switch (flag) {
    case UnitFlag::socket_activated:
      return "socket-activated";
    case UnitFlag::disabled:
      return "disabled";
    case UnitFlag::masked:
      return "masked";
    case UnitFlag::failed:
      return "failed";
    case UnitFlag::stopped:
      break;
  }
  return "stopped";
}

std::vector<Service> services_of(std::span<const Listener> listeners, RowNames& names) {
  // Where nobody is known, sockets of different users are different services.
  using Key = std::tuple<std::uint32_t, SocketKind, std::string, std::uint64_t, Owner, std::int64_t>;
  std::map<Key, Service> found;
  for (const Listener& listener : listeners) {
    const Held held = taken_apart(listener, names);
    Owner owner;
    if (held.leader != nullptr) {
      owner = {held.leader->program, held.leader->command, held.leader->unit, held.leader->container};
    }
    const std::int64_t user = held.pids.empty() && listener.user ? std::int64_t{*listener.user} : -1;
    Service& service =
        found[{listener.port, listener.protocol, listener.path, listener.network_namespace, owner, user}];
    if (service.places.empty()) {
      service.protocol = listener.protocol;
      service.port = listener.port;
      service.path = listener.path;
      service.network_namespace = listener.network_namespace;
      service.program = owner.program;
      service.unit = owner.unit;
      service.container = owner.container;
      if (held.leader != nullptr) service.container_name = held.leader->container_name;
      service.user = listener.user;
      service.no_owner = listener.no_owner;
    }
    service.held_by_systemd = service.held_by_systemd || held.by_systemd;
    add_place(service, listener.place);
    add_pids(service, held.pids, names);
  }
  std::vector<Service> services;
  services.reserve(found.size());
  for (auto& [key, service] : found) services.push_back(std::move(service));
  return services;
}

std::size_t service_for(std::span<const Service> services, const Listener& end, RowNames& names) {
  const auto is_same_door = [&](const Service& service) {
    return service.protocol == end.protocol && service.port == end.port && service.path == end.path &&
           service.network_namespace == end.network_namespace;
  };
  const Held held = taken_apart(end, names);
  const auto first_that = [&](auto fits) {
    const auto found =
        std::ranges::find_if(services, [&](const Service& one) { return is_same_door(one) && fits(one); });
    return static_cast<std::size_t>(found - services.begin());
  };
  if (!held.pids.empty()) {
    const std::size_t same_process = first_that([&](const Service& service) {
      return std::ranges::any_of(
          held.pids, [&](std::uint32_t pid) { return std::ranges::find(service.pids, pid) != service.pids.end(); });
    });
    if (same_process < services.size() || held.leader == nullptr) return same_process;
    // What sshd has accepted a child of it holds.
    return first_that([&](const Service& service) {
      return service.program == held.leader->program && service.unit == held.leader->unit &&
             service.container == held.leader->container;
    });
  }
  return listener_for(services, end, is_same_door);
}

}  // namespace portolan::sockets
