// UDP scans of simulated hosts that limit their ICMP errors in the ways of Linux, of others, or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "engine/shot.h"
#include "scan_world.h"

namespace portolan::test {
namespace {

using namespace std::chrono_literals;
using model::PortState;

constexpr const char* target = "198.19.0.1";

// Counts how often each port is asked, and tells the shortest time between two questions.
class Watching final : public engine::Link {
 public:
  explicit Watching(sim::Network& network) : network_{network} {}
  Result<std::size_t> send(std::span<const engine::Shot> shots) override {
    for (const engine::Shot& shot : shots) {
      std::array<std::uint8_t, wire::longest_packet> bytes{};
      const std::size_t size = engine::build(shot, bytes).size;
      constexpr std::size_t headers = 20 + 8;
      const std::size_t end = std::min<std::size_t>(size, headers + 5);  // SNMP's version is in these
      beginnings_[shot.attempt.port].insert(
          {bytes.begin() + headers, bytes.begin() + static_cast<std::ptrdiff_t>(end)});
      most = std::max(most, ++asked_[shot.attempt.port]);
      if (last_) shortest_gap = std::min(shortest_gap, network_.now() - *last_);
      last_ = network_.now();
    }
    return network_.send(shots);
  }
  Result<std::span<const engine::Received>> receive(Instant deadline) override { return network_.receive(deadline); }
  [[nodiscard]] std::size_t asked(net::Port port) const { return asked_.at(port); }
  // Of datagrams to it that begin alike.
  [[nodiscard]] std::size_t ways_of(net::Port port) const { return beginnings_.at(port).size(); }
  std::size_t most = 0;
  Duration shortest_gap = Duration::max();

 private:
  sim::Network& network_;
  std::map<net::Port, std::size_t> asked_;
  std::map<net::Port, std::set<std::vector<std::uint8_t>>> beginnings_;
  std::optional<Instant> last_;
};

// What a scan of one host found, against what is true of it.
struct UdpScan {
  std::size_t open = 0;           // in truth
  std::size_t open_found = 0;     // of those
  std::size_t closed = 0;         // in truth
  std::size_t closed_found = 0;   // of those
  std::size_t called_open = 0;    // that are not
  std::size_t called_closed = 0;  // that are not
  bool says_that_errors_are_limited = false;
  bool says_that_they_may_be = false;
  std::size_t most_asked = 0;  // how often the port that was asked most often was asked
  Duration shortest_gap{};     // between two questions
  double seconds = 0;
};

struct UdpWorld {
  sim::NetworkOptions network{.delay = 10ms};
  std::uint16_t ports = 100;
  std::size_t open = 8;
  std::size_t silent = 10;
  sim::Limit errors{};
  int max_retries = 5;
  bool snmp_is_silent = false;  // a port that is asked in three protocols, one after the other
  bool ask_no_errors = false;
  Duration scan_delay{};
};

UdpScan scan_world(const UdpWorld& world, std::uint64_t seed) {
  Random random{seed};
  sim::HostOptions host;
  host.errors = world.errors;
  const auto draw = [&](net::PortSet& set, std::size_t count, const net::PortSet& other) {
    while (set.size() < count) {
      const net::Port port{static_cast<std::uint16_t>(1 + random.below(world.ports))};
      if (!other.contains(port)) set.insert(port);
    }
  };
  draw(host.open_udp, world.open, world.snmp_is_silent ? ports({161}) : net::PortSet{});
  draw(host.dropped, world.silent, host.open_udp);
  constexpr net::Port snmp{161};
  if (world.snmp_is_silent) host.dropped.insert(snmp);
  sim::Network network{seed, world.network};
  network.add_host(address(target), host);
  auto plan = plan_for({target}, {}, seed);
  plan.techniques = {{"udp", ports(1, world.ports)}};
  plan.timing.max_retries = world.max_retries;
  plan.timing.ask_no_errors = world.ask_no_errors;
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.list_limit = 70'000;
  plan.timing.scan_delay = world.scan_delay;
  Watching link{network};
  Outcome outcome;
  outcome.finished = scan_into(plan, network, outcome.sink, nullptr, &link);
  UdpScan result{.open = host.open_udp.size(), .closed = world.ports - host.open_udp.size() - host.dropped.size()};
  result.seconds = seconds_of(outcome.finished.elapsed);
  result.most_asked = link.most;
  result.shortest_gap = link.shortest_gap;
  for (const auto& record : outcome.sink.hosts) {
    for (const auto& remark : record.remarks) {
      if (remark.code == model::RemarkCode::limits_errors) result.says_that_errors_are_limited = true;
      if (remark.code == model::RemarkCode::may_limit_errors) result.says_that_they_may_be = true;
    }
    for (const auto& [number, told] : table_of(record).ports) {
      const net::Port port{number};
      const bool open = host.open_udp.contains(port);
      const bool closed = !open && !host.dropped.contains(port);
      if (told.state == PortState::open) ++(open ? result.open_found : result.called_open);
      if (told.state == PortState::closed) ++(closed ? result.closed_found : result.called_closed);
    }
  }
  return result;
}

void expect_the_truth(const UdpScan& scan, std::uint64_t seed) {
  EXPECT_EQ(scan.called_open, 0U) << "replay: PORTOLAN_SEED=" << seed;
  EXPECT_EQ(scan.called_closed, 0U) << "replay: PORTOLAN_SEED=" << seed;
  EXPECT_EQ(scan.open_found, scan.open) << "replay: PORTOLAN_SEED=" << seed;
  EXPECT_LE(scan.most_asked, 6U) << "replay: PORTOLAN_SEED=" << seed;
  // Of a port that the limiter hid it is said that it may be closed.
  EXPECT_TRUE(scan.closed_found == scan.closed || scan.says_that_errors_are_limited || scan.says_that_they_may_be)
      << scan.closed - scan.closed_found << " closed ports are told as open|filtered; replay: PORTOLAN_SEED=" << seed;
}

TEST(UdpScan, WithoutALimitEveryPortIsTold) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    const UdpScan scan = scan_world({}, seed);
    expect_the_truth(scan, seed);
    EXPECT_EQ(scan.closed_found, scan.closed);
    EXPECT_LT(scan.seconds, 3);
  }
}

// Six at once, then one a second.
TEST(UdpScan, LinuxIsAskedAsOftenAsItAnswers) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    const UdpWorld world{.errors = {.rate = 1, .burst = 6}};
    const UdpScan scan = scan_world(world, seed);
    expect_the_truth(scan, seed);
    EXPECT_EQ(scan.closed_found, scan.closed) << "replay: PORTOLAN_SEED=" << seed;
    const double least = static_cast<double>(scan.closed) - 6;
    EXPECT_LT(scan.seconds, 1.15 * least + 5) << "replay: PORTOLAN_SEED=" << seed;
  }
}

TEST(UdpScan, OtherLimitsAreFoundOutToo) {
  std::size_t closed = 0;
  std::size_t found = 0;
  double seconds = 0;
  double least = 0;
  for (const std::uint64_t seed : sim::seeds(300)) {
    Random random{seed};
    UdpWorld world{.ports = 300, .silent = random.below(100)};
    world.network.delay = Duration{static_cast<std::int64_t>(1e6 * std::pow(100, random.unit()))};
    world.errors = {.rate = 0.5 * std::pow(1'000, random.unit()), .burst = 1.0 + static_cast<double>(random.below(50))};
    const UdpScan scan = scan_world(world, seed);
    expect_the_truth(scan, seed);
    closed += scan.closed;
    found += scan.closed_found;
    seconds += scan.seconds;
    least += std::max(0.0, (static_cast<double>(scan.closed) - world.errors.burst) / world.errors.rate);
  }
  EXPECT_GT(static_cast<double>(found), 0.98 * static_cast<double>(closed));
  EXPECT_LT(seconds, 1.3 * least + 300 * 10);
}

// What has gone out before its limit shows is all that such a host ever says of its few closed ports.
TEST(UdpScan, FewClosedPortsAmongManySilentOnesHideNoLimit) {
  std::size_t closed = 0;
  std::size_t found = 0;
  for (const std::uint64_t seed : sim::seeds(300)) {
    Random random{seed};
    const std::size_t few = 1 + random.below(14);
    UdpWorld world{.open = 0, .silent = 100 - few, .errors = {.rate = 1, .burst = 6}};
    world.network.delay = Duration{static_cast<std::int64_t>(1e5 * std::pow(1'000, random.unit()))};
    if (random.chance(0.3)) world.network.loss = 0.05 * random.unit();
    if (random.chance(0.3))
      world.errors = {.rate = 0.5 * std::pow(20, random.unit()), .burst = 1.0 + static_cast<double>(random.below(8))};
    const UdpScan scan = scan_world(world, seed);
    expect_the_truth(scan, seed);
    closed += scan.closed;
    found += scan.closed_found;
  }
  EXPECT_GT(static_cast<double>(found), 0.95 * static_cast<double>(closed));
}

// A firewall that is silent about most ports and refuses a few.
TEST(UdpScan, FewRefusalsOfAFirewallCostNothing) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    const std::size_t few = 1 + Random{seed}.below(14);
    const UdpScan scan = scan_world({.open = 0, .silent = 100 - few}, seed);
    expect_the_truth(scan, seed);
    EXPECT_LT(scan.seconds, 4) << "replay: PORTOLAN_SEED=" << seed;
  }
}

TEST(UdpScan, LossIsNoLimit) {
  for (const std::uint64_t seed : sim::seeds(200)) {
    Random random{seed};
    UdpWorld world{.open = 8};
    world.network.loss = 0.1 * random.unit();
    if (random.chance(0.5)) world.errors = {.rate = 1, .burst = 6};
    const UdpScan scan = scan_world(world, seed);
    EXPECT_EQ(scan.called_open, 0U) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_EQ(scan.called_closed, 0U) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_GE(scan.open_found + 1, scan.open) << "replay: PORTOLAN_SEED=" << seed;
  }
}

// A pass that met nothing but an empty bucket counts as well.
TEST(UdpScan, NoPortIsAskedMoreOftenThanTheUserWants) {
  for (const int most : {0, 1, 2, 3, 5, 10}) {
    for (const std::uint64_t seed : sim::seeds(20)) {
      const UdpScan scan =
          scan_world({.open = 0, .silent = 60, .errors = {.rate = 0.3, .burst = 1}, .max_retries = most}, seed);
      EXPECT_LE(scan.most_asked, static_cast<std::size_t>(most) + 1) << "replay: PORTOLAN_SEED=" << seed;
    }
  }
}

TEST(UdpScan, TheDelayThatTheUserWantsHoldsBesideTheLimit) {
  const UdpScan scan =
      scan_world({.ports = 40, .open = 2, .silent = 10, .errors = {.rate = 20, .burst = 3}, .scan_delay = 300ms}, 1);
  EXPECT_GE(scan.shortest_gap, 299ms);
  EXPECT_EQ(scan.open_found, scan.open);
}

TEST(ScanDelay, HoldsBetweenTwoPassesAsWell) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address(target), {.open = ports({3}), .dropped = ports({1, 2, 4, 5})});
  auto plan = plan_for({target}, ports(1, 6), 1);
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.timing.scan_delay = 2s;
  Watching link{network};
  Collect sink;
  scan_into(plan, network, sink, nullptr, &link);
  EXPECT_GE(link.shortest_gap, 1999ms);
  EXPECT_EQ(sink.open.size(), 1U);
}

TEST(UdpScan, WhatALimitHidIsSaid) {
  const UdpScan scan = scan_world({.errors = {.rate = 1, .burst = 6}, .max_retries = 0}, 1);
  EXPECT_LT(scan.closed_found, 10U);
  EXPECT_TRUE(scan.says_that_errors_are_limited);
}

// However few ports are asked, however little is left of the limit.
TEST(UdpScan, WhatALimitMayHaveHiddenIsSaidWhereLittleIsAsked) {
  for (const std::uint64_t seed : sim::seeds(300)) {
    Random random{seed};
    UdpWorld world{.ports = static_cast<std::uint16_t>(2 + random.below(30))};
    world.open = random.below(2);
    world.silent = random.below(world.ports - world.open);
    world.network.delay = Duration{static_cast<std::int64_t>(1e5 * std::pow(1'000, random.unit()))};
    world.errors = {.rate = 0.3 * std::pow(20, random.unit()), .burst = static_cast<double>(1 + random.below(8))};
    world.max_retries = static_cast<int>(random.below(3));
    const UdpScan scan = scan_world(world, seed);
    expect_the_truth(scan, seed);
    EXPECT_FALSE(scan.says_that_errors_are_limited && scan.says_that_they_may_be);
    EXPECT_FALSE(world.max_retries == 2 && scan.says_that_they_may_be) << "replay: PORTOLAN_SEED=" << seed;
  }
}

// Nor what it hid before one of them was asked in another way, nor more often than the user wants.
TEST(UdpScan, WhatALimitHidIsSaidBesideAPortThatIsAskedInManyWays) {
  for (const std::uint64_t seed : sim::seeds(300)) {
    Random random{seed};
    UdpWorld world{.ports = static_cast<std::uint16_t>(162 + random.below(40)), .snmp_is_silent = true};
    world.silent = random.below(world.ports - world.open);
    world.network.delay = Duration{static_cast<std::int64_t>(1e5 * std::pow(1'000, random.unit()))};
    if (random.chance(0.3)) world.network.loss = 0.05 * random.unit();
    world.errors = {.rate = 0.3 * std::pow(100, random.unit()), .burst = static_cast<double>(1 + random.below(20))};
    world.max_retries = static_cast<int>(random.below(6));
    const UdpScan scan = scan_world(world, seed);
    EXPECT_EQ(scan.called_open + scan.called_closed, 0U) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_LE(scan.most_asked, static_cast<std::size_t>(world.max_retries) + 1) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_TRUE(scan.closed_found == scan.closed || scan.says_that_errors_are_limited || scan.says_that_they_may_be)
        << scan.closed - scan.closed_found << " closed ports are told as open|filtered; replay: PORTOLAN_SEED=" << seed;
  }
}

TEST(UdpScan, WhoHasErrorsLeftLimitsNone) {
  const UdpScan scan = scan_world({.ports = 20, .open = 0, .silent = 5, .max_retries = 1}, 1);
  EXPECT_EQ(scan.closed_found, scan.closed);
  EXPECT_FALSE(scan.says_that_errors_are_limited || scan.says_that_they_may_be);
}

// Three protocols are usual there.
TEST(UdpScan, APortIsAskedInEveryWayThatIsUsualThere) {
  constexpr net::Port snmp{161};
  for (const int max_retries : {0, 1, 2, 5}) {
    sim::Network network{1, {.delay = 10ms}};
    network.add_host(address(target), {.dropped = ports({snmp.value()})});
    auto plan = plan_for({target}, {}, 1);
    plan.techniques = {{"udp", ports(150, 170)}};
    plan.timing.max_retries = max_retries;
    plan.discovery = plan::DiscoveryPolicy::never;
    Watching link{network};
    Collect sink;
    scan_into(plan, network, sink, nullptr, &link);
    const std::size_t attempts = std::min<std::size_t>(3, static_cast<std::size_t>(max_retries) + 1);
    EXPECT_EQ(link.ways_of(snmp), attempts) << max_retries;
    EXPECT_EQ(link.asked(snmp), attempts) << max_retries;
    EXPECT_LE(link.asked(net::Port{150}), 2U) << "the others are asked no more often";
  }
}

TEST(UdpScan, WhoWaitsForNoErrorsTellsSilentPortsClosedOrFiltered) {
  const UdpScan scan = scan_world({.errors = {.rate = 1, .burst = 6}, .ask_no_errors = true}, 1);
  EXPECT_EQ(scan.open_found, scan.open);
  EXPECT_LT(scan.closed_found, 20U);
  EXPECT_FALSE(scan.says_that_errors_are_limited);
  EXPECT_LT(scan.seconds, 5);
}

// Both at once: the limit of the one costs the other nothing.
TEST(UdpScan, TcpPortsOfTheSameHostAreTold) {
  sim::Network network{1, {.delay = 10ms}};
  network.add_host(address(target),
                   {.open = ports({22, 80}), .open_udp = ports({53}), .errors = {.rate = 1, .burst = 6}});
  auto plan = plan_for({target}, ports(1, 100), 1);
  plan.techniques.push_back({"udp", ports(50, 69)});
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.list_limit = 1'000;
  const auto outcome = scan(plan, network);
  ASSERT_EQ(outcome->sink.hosts.size(), 1U);
  std::size_t tcp = 0;
  std::size_t udp = 0;
  for (const auto& port : outcome->sink.hosts.front().ports) {
    const bool is_tcp = port.protocol == net::Protocol::tcp;
    ++(is_tcp ? tcp : udp);
    const bool open = is_tcp ? port.port == net::Port{22} || port.port == net::Port{80} : port.port == net::Port{53};
    EXPECT_EQ(port.state, open ? PortState::open : PortState::closed) << port.port.value();
  }
  EXPECT_EQ(tcp, 100U);
  EXPECT_EQ(udp, 20U);
}

class Opened final : public Collect {
 public:
  Result<void> on(const model::Event& event) override {
    if (const auto* found = std::get_if<model::OpenPort>(&event)) told.push_back(found->port);
    return Collect::on(event);
  }
  std::vector<model::PortRecord> told;
};

// Whoever finds out who answers reads what was said already.
TEST(UdpScan, WhatWasSaidGoesAlongWithAnOpenPortWhereItIsWanted) {
  const net::Port dns{53};
  for (const bool is_wanted : {true, false}) {
    sim::HostOptions host;
    host.open_udp.insert(dns);
    sim::Network network{1, {.delay = 10ms}};
    network.add_host(address(target), host);
    auto plan = plan_for({target}, {}, 1);
    plan.techniques = {{"udp", ports(50, 60)}};
    if (is_wanted) plan.identify.emplace();
    Opened sink;
    scan_into(plan, network, sink);
    ASSERT_EQ(sink.told.size(), 1U);
    const model::PortRecord& told = sink.told.front();
    EXPECT_EQ(told.port, dns);
    ASSERT_EQ(told.identified.has_value(), is_wanted);
    if (!is_wanted) continue;
    constexpr std::size_t header_and_question = 12 + 5;
    EXPECT_EQ(told.identified->asked.size(), header_and_question);
    EXPECT_EQ(told.identified->answered.substr(0, 2), told.identified->asked.substr(0, 2)) << "the same number";
    for (const auto& record : sink.hosts) {
      for (const auto& port : record.ports) EXPECT_FALSE(port.identified) << "the table holds no answers";
    }
  }
}

}  // namespace
}  // namespace portolan::test
