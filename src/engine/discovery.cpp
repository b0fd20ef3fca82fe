#include "engine/discovery.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <set>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::HostState;
using model::Reason;
using net::Family;

constexpr std::array families{Family::v4, Family::v6};

// Nothing on a link is a second away; a host that sleeps (Wi-Fi) may need a few hundred milliseconds.
constexpr Duration link_first_wait = 500ms;

template <class Predicate>
HostList hosts_where(const Block& block, Predicate wanted) {
  HostList list;
  for (std::uint32_t i = 0; i < block.hosts.size(); ++i) {
    if (wanted(block.hosts[i])) list.push_back(i);
  }
  return list;
}

}  // namespace

Result<void> Discovery::run(Block& block) {
  if (auto done = find_routes(block); !done) return done;
  if (plan_.privileged) {
    if (auto done = find_gateways(block); !done) return done;
    for (const Family family : families) {
      if (auto done = find_neighbours(block, family); !done) return done;
    }
  }
  for (const Family family : families) {
    if (auto done = ping(block, family); !done) return done;
  }
  if (driver_.stopped()) return {};
  for (BlockHost& host : block.hosts) {
    // Neither asked nor ruled out: the user said that it is there.
    if (host.state == HostState::unknown) mark_up(host, Reason::user_set);
  }
  return {};
}

void Discovery::mark_up(BlockHost& host, Reason reason) {
  host.state = HostState::up;
  host.reason = reason;
  ++driver_.found().hosts_up;
}

Result<void> Discovery::find_routes(Block& block) {
  std::vector<net::IpAddress> addresses;
  addresses.reserve(block.hosts.size());
  for (const BlockHost& host : block.hosts) addresses.push_back(host.target.address);
  auto routes = world_.routes.route(addresses);
  for (std::size_t i = 0; i < block.hosts.size(); ++i) {
    BlockHost& host = block.hosts[i];
    if (!routes[i]) {
      host.state = HostState::down;
      host.reason = Reason::no_route;
      if (auto told = tell_no_route(host, routes[i].error()); !told) return told;
      continue;
    }
    host.path = *routes[i];
    if (host.path.kind == net::Path::Kind::local) mark_up(host, Reason::localhost_response);
  }
  return {};
}

// A host that was named by itself carries the reason in its record; of a range, one host stands for all.
Result<void> Discovery::tell_no_route(BlockHost& host, const Error& error) {
  if (host.target.single) {
    host.remarks = {{model::RemarkCode::no_way, {error.message}}};
    return {};
  }
  if (std::exchange(no_route_told_, true)) return {};
  return sink_.on(model::Remark{model::RemarkCode::no_way_to_some, {error.message}});
}

// Gateways whose link-layer address the kernel does not know are asked for it, and remembered once
// they have answered.
Result<void> Discovery::find_gateways(Block& block) {
  const auto needs_gateway = [](const BlockHost& host) {
    return host.state == HostState::unknown && host.path.kind == net::Path::Kind::ethernet && !host.path.on_link &&
           !host.path.next_hop_mac;
  };
  Block gateways;
  std::set<std::pair<std::uint32_t, net::IpAddress>> asked;
  for (const BlockHost& host : block.hosts) {
    const std::pair key{host.path.interface, host.path.next_hop};
    if (!needs_gateway(host) || gateways_.contains(key) || !asked.insert(key).second) continue;
    BlockHost gateway;
    gateway.target.address = host.path.next_hop;
    gateway.path = host.path;
    gateway.path.on_link = true;
    gateways.hosts.push_back(std::move(gateway));
  }
  // Everything behind a gateway hangs on its answer, so it is asked twice as often as a target.
  for (int round = 0; round < 2; ++round) {
    for (const Family family : families) {
      const HostList silent = hosts_where(gateways, [family](const BlockHost& gateway) {
        return gateway.target.address.family() == family && !gateway.mac;
      });
      if (auto done = ask_link(gateways, silent, family, {}, Purpose::resolve); !done) return done;
    }
  }
  for (const BlockHost& gateway : gateways.hosts) {
    if (gateway.mac) gateways_[{gateway.path.interface, gateway.target.address}] = *gateway.mac;
  }
  for (BlockHost& host : block.hosts) {
    if (!needs_gateway(host)) continue;
    const auto known = gateways_.find({host.path.interface, host.path.next_hop});
    if (known != gateways_.end()) {
      host.path.next_hop_mac = known->second;
    } else if (!driver_.stopped()) {
      host.state = HostState::down;
      host.reason = Reason::host_unreach;
      host.remarks = {{model::RemarkCode::gateway_silent, {to_string(host.path.next_hop.without_zone())}}};
    }
  }
  return {};
}

// On a shared link every host is asked by ARP or neighbour discovery, even under -Pn: without its
// link-layer address nothing can be sent to it.
Result<void> Discovery::find_neighbours(Block& block, Family family) {
  const HostList list = hosts_where(block, [family](const BlockHost& host) {
    return host.state == HostState::unknown && host.path.kind == net::Path::Kind::ethernet && host.path.on_link &&
           host.target.address.family() == family;
  });
  const bool v4 = family == Family::v4;
  // --disable-arp-ping: ARP is not to decide who is up; the ordinary questions follow.
  const Purpose purpose = plan_.arp_ping ? Purpose::find : Purpose::resolve;
  if (auto done = ask_link(block, list, family, (v4 ? probe::arp : probe::neighbour).name, purpose); !done) return done;
  for (const std::uint32_t i : list) {
    BlockHost& host = block.hosts[i];
    if (host.mac) {
      host.path.next_hop_mac = host.mac;
    } else if (!driver_.stopped()) {
      host.state = HostState::down;
      host.reason = Reason::no_response;
      if (!host.target.single) continue;
      host.remarks = {{model::RemarkCode::link_address_silent, {std::string{v4 ? "arp" : "nd"}}}};
    }
  }
  return {};
}

bool Discovery::wants_ping(const BlockHost& host) const {
  if (plan_.depth == plan::ScanDepth::ping) return plan_.discovery != plan::DiscoveryPolicy::never;
  switch (plan_.discovery) {
    case plan::DiscoveryPolicy::never:
      return false;
    case plan::DiscoveryPolicy::always:
      return true;
    case plan::DiscoveryPolicy::when_many:
      return !host.target.single;
  }
  return true;
}

Job Discovery::ping_job(Family family) const {
  Job job;
  job.goal = Job::Goal::first_sign;
  for (const plan::DiscoveryProbe& wanted : plan_.discovery_probes) {
    const probe::Probe* probe = probe::find(wanted.technique);
    assert(probe != nullptr && "a plan has only names that are in the registry");
    if (family == Family::v6 && !probe->has_ipv6) continue;
    auto known = std::ranges::find(job.techniques, probe);
    if (known == job.techniques.end()) known = job.techniques.insert(known, probe);
    job.asks.push_back({static_cast<std::uint8_t>(known - job.techniques.begin()), 0, wanted.port});
  }
  return job;
}

Result<void> Discovery::ping(Block& block, Family family) {
  const HostList list = hosts_where(block, [this, family](const BlockHost& host) {
    return host.state == HostState::unknown && host.target.address.family() == family && wants_ping(host);
  });
  const Job job = ping_job(family);
  if (job.asks.empty()) return {};
  if (auto done = ask(block, list, job, "ping", Purpose::find); !done) return done;
  if (driver_.stopped()) return {};
  for (const std::uint32_t i : list) {
    BlockHost& host = block.hosts[i];
    if (host.state == HostState::up) continue;
    host.state = HostState::down;
    if (host.reason == Reason::none) host.reason = Reason::no_response;
  }
  return {};
}

Result<void> Discovery::ask_link(Block& block, const HostList& hosts, Family family, std::string_view task,
                                 Purpose purpose) {
  const Job job{{family == Family::v4 ? &probe::arp : &probe::neighbour}, {Ask{}}, Job::Goal::first_sign, false};
  return ask(block, hosts, job, task, purpose);
}

Result<void> Discovery::ask(Block& block, const HostList& hosts, const Job& job, std::string_view task,
                            Purpose purpose) {
  if (hosts.empty() || driver_.stopped()) return {};
  block_ = &block;
  hosts_ = &hosts;
  purpose_ = purpose;
  const auto targets = lanes_of(block, hosts);
  const bool on_link = !job.techniques[0]->has_tag;
  const Stage stage{task, job, targets, on_link ? std::optional{link_first_wait} : std::nullopt};
  const auto engine = driver_.engine_for(stage, *this);
  auto done = driver_.run(*engine, stage, *this);
  for (std::uint32_t lane = 0; lane < hosts.size(); ++lane) {
    if (const auto measured = round_trip_of(engine->outcome(lane))) block.hosts[hosts[lane]].round_trip = measured;
  }
  return done;
}

void Discovery::on_answer(const Answer& answer) {
  BlockHost& host = block_->hosts[(*hosts_)[answer.host]];
  if (answer.mac && host.path.on_link && !host.mac) host.mac = answer.mac;
  if (purpose_ == Purpose::resolve || host.state == HostState::up) return;
  host.reason_ttl = answer.ttl;
  if (answer.verdict.host_is_up) {
    mark_up(host, answer.verdict.reason);
  } else {
    host.reason = answer.verdict.reason;
  }
}

}  // namespace portolan::engine
