#include "limit_worlds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scan_world.h"
#include "wire/packet.h"

namespace portolan::test {
namespace {

using namespace std::chrono_literals;

// What a world consists of, and how it is scanned.
struct World {
  sim::NetworkOptions network;
  std::vector<sim::HostOptions> hosts;
  std::uint16_t ports = 100;  // 1 to this one
  int timing = 3;
};

// Counts how often each port is asked.
class Counting final : public engine::Link {
 public:
  explicit Counting(sim::Network& network) : network_{network} {}
  Result<std::size_t> send(std::span<const engine::Shot> shots) override {
    const auto sent = network_.send(shots);
    for (std::size_t i = 0; sent && i < *sent; ++i) {
      most = std::max(most, ++asked_[{shots[i].attempt.target, shots[i].attempt.port}]);
    }
    return sent;
  }
  Result<std::span<const engine::Received>> receive(Instant deadline) override { return network_.receive(deadline); }
  std::size_t most = 0;

 private:
  sim::Network& network_;
  std::map<std::pair<net::IpAddress, net::Port>, std::size_t> asked_;
};

net::IpAddress host_address(std::size_t number) {
  return net::IpAddress::v4(0xc6130000 + static_cast<std::uint32_t>(number));
}

bool answers_closed(const sim::HostOptions& host, std::uint16_t number) {
  const net::Port port{number};
  return !host.silent && !host.open.contains(port) && !host.dropped.contains(port) && !host.rejected.contains(port);
}

LimitedScan scan_world(const World& world, std::uint64_t seed) {
  sim::Network network{seed, world.network};
  LimitedScan result;
  for (std::size_t i = 0; i < world.hosts.size(); ++i) {
    network.add_host(host_address(i), world.hosts[i]);
    result.open += world.hosts[i].open.size();
    for (std::uint16_t port = 1; port <= world.ports; ++port) result.closed += answers_closed(world.hosts[i], port);
  }
  plan::Plan plan =
      plan_for({"198.19.0.0-" + std::to_string(world.hosts.size() - 1)}, ports(1, world.ports), seed, world.timing);
  plan.discovery = plan::DiscoveryPolicy::never;
  static const auto services = catalog::Services::parse("").value();
  static const catalog::Vendors vendors;
  Counting link{network};
  Collect sink;
  const engine::World doors{
      link, network, network, 40'000, services, vendors, nullptr, nullptr, std::chrono::system_clock::now};
  const auto finished = success_of(engine::run_scan(plan, doors, sink));
  if (!finished) throw std::runtime_error(finished.error().message);
  result.found = sink.open.size();
  for (const auto& host : sink.hosts) {
    for (const auto& [port, told] : table_of(host).ports) {
      if (told.state == model::PortState::closed) ++result.closed_found;
    }
  }
  result.expected = finished->expected_missed_open;
  if (finished->hosts_not_measured > 0) result.expected.reset();
  result.probes = finished->probes_sent;
  result.most_asked = link.most;
  result.seconds = seconds_of(finished->elapsed);
  return result;
}

// ---- the worlds ---------------------------------------------------------------------------------

double between(Random& random, double least, double most) { return least * std::pow(most / least, random.unit()); }

// A host with a few open ports; its others are closed, or silent as behind most firewalls.
sim::HostOptions host_with(Random& random, std::uint16_t ports, std::size_t open, bool silent) {
  sim::HostOptions host;
  while (host.open.size() < open) host.open.insert(net::Port{static_cast<std::uint16_t>(1 + random.below(ports))});
  for (std::uint16_t port = 1; silent && port <= ports; ++port) {
    if (!host.open.contains(net::Port{port})) host.dropped.insert(net::Port{port});
  }
  return host;
}

// A list in braces, because its parts are drawn in the order written; compilers draw arguments in different orders.
struct Hosts {
  std::size_t hosts;
  std::uint16_t ports;
  std::size_t open;
  bool silent;
};

World some_hosts(Random& random, const Hosts& wanted) {
  World world{.network = {.delay = Duration{static_cast<std::int64_t>(between(random, 2e6, 4e7))}},
              .hosts = {},
              .ports = wanted.ports};
  for (std::size_t i = 0; i < wanted.hosts; ++i) {
    world.hosts.push_back(host_with(random, wanted.ports, wanted.open, wanted.silent));
  }
  return world;
}

LimitedScan policer(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 8 + random.below(25), .ports = 100, .open = 4, .silent = random.chance(0.5)});
  world.network.bottleneck = between(random, 200, 3'000);
  world.network.queue = 1 + random.below(30);
  return scan_world(world, seed);
}

LimitedScan policer_on_the_way_back(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 8 + random.below(25), .ports = 100, .open = 4, .silent = random.chance(0.3)});
  world.network.answers = {.rate = between(random, 100, 2'000), .burst = 1.0 + static_cast<double>(random.below(30))};
  return scan_world(world, seed);
}

LimitedScan policer_before_one_host(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(8), .ports = 300, .open = 5, .silent = random.chance(0.3)});
  world.hosts[0].questions = {.rate = between(random, 40, 1'000), .burst = 5.0 + static_cast<double>(random.below(30))};
  return scan_world(world, seed);
}

LimitedScan few_connections_a_second(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(3), .ports = 500, .open = 7, .silent = random.chance(0.2)});
  world.hosts[0].syns = {.rate = between(random, 20, 300), .burst = 5.0 + static_cast<double>(random.below(40))};
  return scan_world(world, seed);
}

// A host that can hardly be asked at all.
LimitedScan few_a_second(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(3), .ports = 100, .open = 7, .silent = random.chance(0.2)});
  world.hosts[0].questions = {.rate = between(random, 1, 10), .burst = 1.0 + static_cast<double>(random.below(10))};
  return scan_world(world, seed);
}

// A full backlog, or a rule about the open ports alone.
LimitedScan few_acceptances_a_second(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(3), .ports = 500, .open = 7, .silent = random.chance(0.2)});
  world.hosts[0].acceptances = {.rate = between(random, 2, 50), .burst = 1.0 + static_cast<double>(random.below(5))};
  return scan_world(world, seed);
}

LimitedScan few_resets_a_second(std::uint64_t seed) {
  Random random{seed};
  World world = some_hosts(random, {.hosts = 1 + random.below(3), .ports = 500, .open = 7, .silent = false});
  world.hosts[0].resets_a_second = between(random, 20, 300);
  return scan_world(world, seed);
}

LimitedScan few_errors_a_second(std::uint64_t seed) {
  Random random{seed};
  World world = some_hosts(random, {.hosts = 1 + random.below(3), .ports = 300, .open = 7, .silent = false});
  for (auto& host : world.hosts) {
    host.errors = {.rate = between(random, 1, 50), .burst = 6};
    for (std::uint16_t port = 1; port <= 300; ++port) {
      if (!host.open.contains(net::Port{port})) host.rejected.insert(net::Port{port});
    }
  }
  return scan_world(world, seed);
}

LimitedScan few_connections_at_a_time(std::uint64_t seed) {
  Random random{seed};
  World world = some_hosts(random, {.hosts = 1, .ports = 200, .open = 6, .silent = random.chance(0.2)});
  world.hosts[0].connections = static_cast<std::size_t>(between(random, 30, 300));
  return scan_world(world, seed);
}

LimitedScan resets_filtered(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(4), .ports = 300, .open = 5, .silent = random.chance(0.5)});
  for (auto& host : world.hosts) host.resets_filtered = true;
  return scan_world(world, seed);
}

LimitedScan late_ports(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(4), .ports = 300, .open = 6, .silent = random.chance(0.5)});
  for (auto& host : world.hosts) {
    host.late.insert(*host.open.ports().begin());
    host.late_by = Duration{static_cast<std::int64_t>(between(random, 5e7, 4e8))};
  }
  return scan_world(world, seed);
}

LimitedScan late_hosts(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(4), .ports = 50, .open = 3, .silent = random.chance(0.5)});
  world.timing = 3 + static_cast<int>(random.below(3));
  constexpr std::array most{1.15e9, 0.55e9, 0.29e9};
  const double most_delay = most[static_cast<std::size_t>(world.timing - 3)];
  for (auto& host : world.hosts) host.extra_delay = Duration{static_cast<std::int64_t>(random.unit() * most_delay)};
  world.network.delay = 5ms;
  return scan_world(world, seed);
}

LimitedScan ban(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(8), .ports = 300, .open = 10, .silent = random.chance(0.2)});
  world.hosts[0].bans_after = 20 + random.below(300);
  return scan_world(world, seed);
}

LimitedScan chance(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(8), .ports = 200, .open = 8, .silent = random.chance(0.5)});
  world.network.loss = random.unit() * 0.25;
  return scan_world(world, seed);
}

// A path that is down time and again, for up to three quarters of the time.
LimitedScan outages(std::uint64_t seed) {
  Random random{seed};
  World world =
      some_hosts(random, {.hosts = 1 + random.below(8), .ports = 300, .open = 8, .silent = random.chance(0.3)});
  const double every = between(random, 0.3e9, 8e9);
  world.network.dark_every = Duration{static_cast<std::int64_t>(every)};
  world.network.dark_for = Duration{static_cast<std::int64_t>(every * (0.1 + 0.65 * random.unit()))};
  world.network.dark_at = Duration{static_cast<std::int64_t>(every * random.unit())};
  return scan_world(world, seed);
}

LimitedScan thin_as(std::uint64_t seed, double rate, bool silent) {
  Random random{seed};
  World world = some_hosts(random, {.hosts = 32, .ports = 100, .open = 4, .silent = silent});
  world.network.delay = 10ms;
  world.network.bottleneck = rate;
  world.network.queue = 10;
  return scan_world(world, seed);
}
LimitedScan thin_300(std::uint64_t seed) { return thin_as(seed, 300, false); }
LimitedScan thin_300_silent(std::uint64_t seed) { return thin_as(seed, 300, true); }
LimitedScan thin_1000(std::uint64_t seed) { return thin_as(seed, 1'000, false); }
LimitedScan thin_1000_silent(std::uint64_t seed) { return thin_as(seed, 1'000, true); }

constexpr std::array worlds{
    LimitedWorld{"thin-300", thin_300},
    LimitedWorld{"thin-300-silent", thin_300_silent},
    // The limit itself needs 3.2 s for 3,200 questions.
    LimitedWorld{.name = "thin-1000", .scan = thin_1000, .seconds = 4.2},
    LimitedWorld{"thin-1000-silent", thin_1000_silent},
    LimitedWorld{.name = "policer", .scan = policer, .seconds = 10.4},
    LimitedWorld{"policer-on-the-way-back", policer_on_the_way_back},
    LimitedWorld{"policer-before-one-host", policer_before_one_host, 0.97, 0.99, 0.9},
    LimitedWorld{"few-connections-a-second", few_connections_a_second, 0.93, 0.99, 0.9},
    LimitedWorld{"few-a-second", few_a_second, 0.87, 0.92, 0.8},
    LimitedWorld{"few-acceptances-a-second", few_acceptances_a_second, 0.985},
    LimitedWorld{"few-resets-a-second", few_resets_a_second},
    LimitedWorld{"few-errors-a-second", few_errors_a_second},
    LimitedWorld{"few-connections-at-a-time", few_connections_at_a_time, 0.9, 0.97},
    LimitedWorld{"resets-filtered", resets_filtered},
    LimitedWorld{"late-ports", late_ports},
    LimitedWorld{"late-hosts", late_hosts, 0.99, 0.99, 0.8},
    // What comes after the ban can only be guessed at.
    LimitedWorld{"ban", ban, 0.85, 0.85, 0},
    LimitedWorld{.name = "chance", .scan = chance, .seconds = 14},
    // A scan that begins while the path is down may be over before it comes back.
    LimitedWorld{"outages", outages, 0.85, 0.85, 0.85},
};

}  // namespace

bool LimitedScan::statement_holds() const {
  if (!expected) return true;
  // Of a Poisson distribution, the chance of fewer than what was missed.
  double fewer = 0;
  double term = std::exp(-*expected);
  for (std::size_t i = 0; i < missed(); ++i) {
    fewer += term;
    term *= *expected / static_cast<double>(i + 1);
  }
  return missed() == 0 || 1 - fewer >= 0.05;
}

std::span<const LimitedWorld> limited_worlds() { return worlds; }

}  // namespace portolan::test
