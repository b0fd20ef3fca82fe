// The ways to hosts on simulated networks: what must hold in every one of them, and what must come out where the
// network is kind enough to know.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/engine/scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::plan_for;
using test::ports;

plan::Plan trace_plan(const std::vector<std::string>& targets, std::uint64_t seed) {
  plan::Plan plan = plan_for(targets, ports({80, 81}), seed);
  plan.traceroute = true;
  return plan;
}

net::IpAddress router(unsigned branch, unsigned place) { return address(fmt::format("198.19.{}.{}", branch, place)); }
net::IpAddress router_v6(unsigned branch, unsigned place) {
  return address(fmt::format("2001:db8:ffff:{:x}::{:x}", branch, place));
}

// So many routers of a branch, behind others.
std::vector<net::IpAddress> way(unsigned branch, unsigned count, std::vector<net::IpAddress> before = {}) {
  const auto first = static_cast<unsigned>(before.size());
  for (unsigned i = 1; i <= count; ++i) before.push_back(router(branch, first + i));
  return before;
}

std::vector<std::string> texts(const std::vector<model::Hop>& hops) {
  std::vector<std::string> all;
  for (const model::Hop& hop : hops) all.push_back(hop.address ? to_string(*hop.address) : "...");
  return all;
}
std::vector<std::string> texts(std::vector<net::IpAddress> routers, const net::IpAddress& host) {
  routers.push_back(host);
  std::vector<std::string> all;
  for (const net::IpAddress& one : routers) all.push_back(to_string(one));
  return all;
}

const model::HostRecord& record_of(const test::Outcome& outcome, const net::IpAddress& host) {
  for (const model::HostRecord& record : outcome.sink.hosts) {
    if (record.address == host) return record;
  }
  throw std::runtime_error("no record of " + to_string(host));
}

TEST(TracerouteSim, EveryHopOfAWayIsTold) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 20ms, .jitter = 4ms, .duplicate = 0.1, .forge = 0.3}};
    const bool v4 = seed % 2 == 0;
    const auto host = address(v4 ? "198.18.0.9" : "2001:db8::9");
    std::vector<net::IpAddress> routers;
    for (unsigned i = 1; i <= seed % 25; ++i) routers.push_back(v4 ? router(1, i) : router_v6(1, i));
    network.add_host(host, {.open = ports({80}), .way = routers});
    const auto outcome = test::scan(trace_plan({to_string(host)}, seed), network);
    const model::HostRecord& record = outcome->sink.hosts.at(0);
    ASSERT_TRUE(record.trace);
    EXPECT_EQ(record.trace->protocol, "tcp");
    EXPECT_EQ(record.trace->port, net::Port{80});
    EXPECT_EQ(texts(record.trace->hops), texts(routers, host));
    for (const model::Hop& hop : record.trace->hops) {
      ASSERT_TRUE(hop.round_trip);
      EXPECT_GE(*hop.round_trip, 40ms);
      EXPECT_LE(*hop.round_trip, 50ms);
    }
  }
}

// Fifteen hosts behind six routers: the first way asks all of its hops, the others the host and the router before it.
TEST(TracerouteSim, WhatWaysShareIsAskedOnce) {
  sim::Network network{1, {.delay = 20ms}};
  const auto shared = way(1, 6);
  std::vector<std::string> targets;
  for (unsigned i = 1; i <= 15; ++i) {
    targets.push_back(fmt::format("198.18.0.{}", i));
    network.add_host(address(targets.back()), {.open = ports({80}), .way = shared});
  }
  const auto outcome = test::scan(trace_plan(targets, 1), network);
  for (const std::string& target : targets) {
    EXPECT_EQ(texts(record_of(*outcome, address(target)).trace->hops), texts(shared, address(target)));
  }
  EXPECT_EQ(network.ended_on_the_way(), 6U + 14);
}

TEST(TracerouteSim, WaysThatPartAreToldApart) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    Random random{seed};
    sim::Network network{seed, {.delay = 10ms, .jitter = 5ms, .reorder = 0.1}};
    const auto trunk = way(1, 1 + static_cast<unsigned>(random.below(6)));
    std::map<net::IpAddress, std::vector<net::IpAddress>> ways;
    std::vector<std::string> targets;
    for (unsigned i = 1; i <= 20; ++i) {
      targets.push_back(fmt::format("198.18.0.{}", i));
      const auto branch = 2 + static_cast<unsigned>(random.below(4));
      const auto length = static_cast<unsigned>(random.below(5));
      ways[address(targets.back())] = way(branch, length, trunk);
      network.add_host(address(targets.back()), {.open = ports({80}),
                                                 .way = ways[address(targets.back())],
                                                 .way_back = static_cast<std::uint8_t>(random.below(3))});
    }
    const auto outcome = test::scan(trace_plan(targets, seed), network);
    for (const auto& [host, routers] : ways) {
      ASSERT_EQ(texts(record_of(*outcome, host).trace->hops), texts(routers, host));
    }
  }
}

TEST(TracerouteSim, RoutersThatSayNothingAreToldAsSuch) {
  sim::Network network{1, {.delay = 20ms}};
  const auto routers = way(1, 5);
  for (const std::size_t i : {0U, 2U, 3U}) network.add_router(routers[i], {.silent = true});
  const std::vector<std::string> targets{"198.18.0.1", "198.18.0.2"};
  for (const auto& target : targets) network.add_host(address(target), {.open = ports({80}), .way = routers});
  const auto outcome = test::scan(trace_plan(targets, 1), network);
  for (const auto& target : targets) {
    EXPECT_EQ(texts(record_of(*outcome, address(target)).trace->hops),
              (std::vector<std::string>{"...", "198.19.1.2", "...", "...", "198.19.1.5", target}));
  }
  EXPECT_LT(outcome->finished.elapsed, 4s);
}

TEST(TracerouteSim, AHostThatDoesNotAnswerHasAWayAsFarAsItAnswers) {
  sim::Network network{1, {.delay = 20ms}};
  network.add_host(address("198.18.0.9"), {.silent = true, .way = way(1, 5)});
  const auto outcome = test::scan(trace_plan({"198.18.0.9"}, 1), network);
  const auto& trace = *record_of(*outcome, address("198.18.0.9")).trace;
  EXPECT_EQ(trace.protocol, "icmp");
  EXPECT_EQ(trace.port, std::nullopt);
  ASSERT_EQ(trace.hops.size(), 30U);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(trace.hops[i].ttl, i + 1);
    EXPECT_EQ(trace.hops[i].address, i < 5 ? std::optional{router(1, static_cast<unsigned>(i) + 1)} : std::nullopt);
  }
}

// Loss, routers that limit what they say, ways that part and join, hosts that say nothing: whatever is told is true.
TEST(TracerouteSim, NoRouterIsToldThatIsNotOnTheWay) {
  std::size_t told = 0;
  std::size_t known = 0;
  for (const std::uint64_t seed : sim::seeds(300)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    Random random{seed};
    sim::NetworkOptions options{.delay = Duration{static_cast<std::int64_t>(random.below(80'000'000))},
                                .jitter = Duration{static_cast<std::int64_t>(random.below(20'000'000))}};
    options.loss = random.chance(0.5) ? random.unit() * 0.3 : 0;
    options.duplicate = random.unit() * 0.2;
    options.reorder = random.unit() * 0.2;
    options.forge = random.unit() * 0.5;
    options.refuse = random.chance(0.3) ? random.unit() * 0.5 : 0;
    sim::Network network{seed, options};
    for (unsigned branch = 1; branch <= 4; ++branch) {
      for (unsigned i = 1; i <= 25; ++i) {
        if (random.chance(0.1)) network.add_router(router(branch, i), {.silent = true});
        if (random.chance(0.1)) network.add_router(router(branch, i), {.errors = {1, 6}});
      }
    }
    const auto trunk = way(1, static_cast<unsigned>(random.below(12)));
    std::map<net::IpAddress, std::vector<net::IpAddress>> ways;
    std::vector<std::string> targets;
    for (unsigned i = 1; i <= 1 + random.below(12); ++i) {
      targets.push_back(fmt::format("198.18.0.{}", i));
      auto& routers = ways[address(targets.back())];
      // Drawn one after the other: compilers draw arguments in different orders.
      const auto branch = static_cast<unsigned>(random.below(4));
      routers = way(1 + branch, static_cast<unsigned>(random.below(12)), trunk);
      network.add_host(address(targets.back()), {.open = random.chance(0.5) ? ports({80}) : net::PortSet{},
                                                 .dropped = random.chance(0.3) ? ports({80, 81}) : net::PortSet{},
                                                 .silent = random.chance(0.2),
                                                 .way = routers,
                                                 .way_back = static_cast<std::uint8_t>(random.below(4))});
    }
    const auto outcome = test::scan(trace_plan(targets, seed), network);
    for (const auto& [host, routers] : ways) {
      const model::HostRecord& record = record_of(*outcome, host);
      ASSERT_TRUE(record.trace);
      ASSERT_LE(record.trace->hops.size(), 30U);
      for (std::size_t i = 0; i < record.trace->hops.size(); ++i) {
        const model::Hop& hop = record.trace->hops[i];
        ASSERT_EQ(hop.ttl, i + 1);
        if (i <= routers.size()) ++told;
        if (!hop.address) continue;
        ++known;
        // Where all answers of the host were lost that came from its place, it is told behind it.
        ASSERT_EQ(*hop.address, i < routers.size() ? routers[i] : host) << to_string(host) << " hop " << i + 1;
      }
    }
  }
  EXPECT_GE(static_cast<double>(known), 0.75 * static_cast<double>(told));
}

// As Linux does: six at once, then one a second. Ten wait for their turn, and the others know the router before.
TEST(TracerouteSim, RoutersThatLimitTheirErrorsAreAskedInTurns) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 20ms}};
    const auto routers = way(1, 4);
    for (const auto& one : routers) network.add_router(one, {.errors = {1, 6}});
    std::vector<std::string> targets;
    for (unsigned i = 1; i <= 30; ++i) {
      targets.push_back(fmt::format("198.18.0.{}", i));
      network.add_host(address(targets.back()), {.open = ports({80}), .way = routers});
    }
    const auto outcome = test::scan(trace_plan(targets, seed), network);
    std::map<std::size_t, unsigned> silent;  // hops, of so many ways
    for (const std::string& target : targets) {
      const auto& hops = record_of(*outcome, address(target)).trace->hops;
      ASSERT_EQ(hops.size(), routers.size() + 1);
      EXPECT_EQ(hops.back().address, address(target));
      for (std::size_t i = 0; i < routers.size(); ++i) {
        if (hops[i].address) {
          EXPECT_EQ(*hops[i].address, routers[i]);
        }
      }
      ++silent[static_cast<std::size_t>(
          std::ranges::count_if(hops, [](const model::Hop& hop) { return !hop.address; }))];
    }
    EXPECT_GE(silent[0], 15U);
    EXPECT_EQ(silent[0] + silent[1], 30U);
    EXPECT_LT(outcome->finished.elapsed, 14s);
  }
}

// As Linux does for all together: fifty at once, then a thousand a second. Nothing is asked in vain.
TEST(TracerouteSim, RoutersAreAskedNoFasterThanTheyAnswer) {
  for (const std::uint64_t seed : sim::seeds(5)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 20ms}};
    const auto routers = way(1, 4);
    for (const auto& one : routers) network.add_router(one, {.errors = {1'000, 50}});
    std::vector<std::string> targets;
    for (unsigned i = 1; i <= 200; ++i) {
      targets.push_back(fmt::format("198.18.0.{}", i));
      network.add_host(address(targets.back()), {.open = ports({80}), .way = routers});
    }
    const auto outcome = test::scan(trace_plan(targets, seed), network);
    for (const std::string& target : targets) {
      ASSERT_EQ(texts(record_of(*outcome, address(target)).trace->hops), texts(routers, address(target)));
    }
    EXPECT_EQ(network.ended_on_the_way(), targets.size() + routers.size() - 1);
  }
}

class Names : public engine::NameSource {
 public:
  void ask(const net::IpAddress& address) override { asked.insert(address); }
  std::optional<std::string> answer(const net::IpAddress& address) override {
    if (!asked.contains(address)) return std::nullopt;
    return address == router(1, 2) ? "" : "name-of-" + to_string(address);
  }
  std::set<net::IpAddress> asked;
};

TEST(TracerouteSim, HopsHaveNames) {
  sim::Network network{1, {.delay = 20ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({80}), .way = way(1, 3)});
  const auto services = catalog::Services::parse("").value();
  const catalog::Vendors vendors;
  Names names;
  test::Collect sink;
  const engine::World world{
      network, network, network, 40'000, services, vendors, &names, nullptr, std::chrono::system_clock::now};
  EXPECT_TRUE(engine::run_scan(trace_plan({"198.18.0.9"}, 1), world, sink).success);
  std::vector<std::string> told;
  for (const model::Hop& hop : sink.hosts.at(0).trace->hops) told.push_back(hop.name);
  EXPECT_EQ(told, (std::vector<std::string>{"name-of-198.19.1.1", "", "name-of-198.19.1.3", "name-of-198.18.0.9"}));
}

TEST(TracerouteSim, AHostOnTheLinkIsItsOnlyHop) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({80}), .on_link = true});
  plan::Plan without = plan_for({"198.18.0.9"}, ports({80, 81}), 1);
  const auto untraced = test::scan(without, network);
  sim::Network same{1, {.delay = 1ms}};
  same.add_host(address("198.18.0.9"), {.open = ports({80}), .on_link = true});
  const auto outcome = test::scan(trace_plan({"198.18.0.9"}, 1), same);
  const auto& trace = *record_of(*outcome, address("198.18.0.9")).trace;
  EXPECT_EQ(trace.protocol, "");
  EXPECT_EQ(texts(trace.hops), std::vector<std::string>{"198.18.0.9"});
  EXPECT_TRUE(trace.hops[0].round_trip);
  EXPECT_EQ(outcome->finished.probes_sent, untraced->finished.probes_sent);
}

// What a host was found by serves where no ports are asked.
TEST(TracerouteSim, WithoutPortsThePingIsTheProbe) {
  sim::Network network{1, {.delay = 20ms}};
  network.add_host(address("198.18.0.9"), {.way = way(1, 3)});
  plan::Plan plan = trace_plan({"198.18.0.9"}, 1);
  plan.depth = plan::ScanDepth::ping;
  plan.techniques.clear();
  plan.discovery_probes = {{"tcp-ack", net::Port{80}}};
  const auto outcome = test::scan(plan, network);
  const auto& trace = *record_of(*outcome, address("198.18.0.9")).trace;
  EXPECT_EQ(trace.protocol, "tcp");
  EXPECT_EQ(trace.port, net::Port{80});
  EXPECT_EQ(texts(trace.hops), texts(way(1, 3), address("198.18.0.9")));
}

TEST(TracerouteSim, UdpPortsServeToo) {
  sim::Network network{1, {.delay = 20ms}};
  network.add_host(address("198.18.0.9"), {.open_udp = ports({9}), .way = way(1, 12)});
  plan::Plan plan = trace_plan({"198.18.0.9"}, 1);
  plan.techniques = {{"udp", ports({9})}};
  const auto outcome = test::scan(plan, network);
  const auto& trace = *record_of(*outcome, address("198.18.0.9")).trace;
  EXPECT_EQ(trace.protocol, "udp");
  EXPECT_EQ(trace.port, net::Port{9});
  EXPECT_EQ(texts(trace.hops), texts(way(1, 12), address("198.18.0.9")));
}

TEST(TracerouteSim, TheScanDelayHoldsForHopsToo) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({80}), .way = way(1, 4)});
  plan::Plan plan = trace_plan({"198.18.0.9"}, 1);
  plan.timing.scan_delay = 100ms;
  const auto outcome = test::scan(plan, network);
  EXPECT_EQ(texts(outcome->sink.hosts.at(0).trace->hops), texts(way(1, 4), address("198.18.0.9")));
  const auto& sent = network.sent();
  for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 1], 99ms) << i;
}

}  // namespace
}  // namespace portolan
