// What filters the packets to hosts (--firewall) in the simulated network: who is asked what, how often, and what it
// comes to.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/filters/host_filters.h"
#include "identify/filters/readings.h"
#include "tests/engine/scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::FilterReading;
using model::StackAnswer;
using model::StackQuestion;
using test::address;
using test::plan_for;
using test::ports;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using Kind = StackAnswer::Kind;

constexpr const char* v4 = "198.18.0.9";
constexpr const char* v6 = "2001:db8::9";

plan::Plan firewall_plan(const std::vector<std::string>& targets, const net::PortSet& asked, std::uint64_t seed) {
  plan::Plan plan = plan_for(targets, asked, seed);
  plan.firewall = true;
  return plan;
}

std::vector<std::string> kinds_of(model::HostRecord record) {
  std::vector<std::string> kinds;
  if (!record.filter) return {"not asked"};
  identify::judge_filter(record);
  if (!record.filter) return {"nothing seen"};
  for (const FilterReading& reading : record.filter->readings) kinds.push_back(reading.kind);
  return kinds;
}

TEST(FiltersSim, AHostWithoutAFilterHasNone) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .jitter = 2ms, .duplicate = 0.1, .forge = 0.3}};
    const char* target = seed % 2 == 0 ? v4 : v6;
    network.add_host(address(target), {.open = ports({22, 80})});
    const auto outcome = test::scan(firewall_plan({target}, ports(20, 90), seed), network);
    EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)), IsEmpty());
  }
}

TEST(FiltersSim, SilentPortsAreDropped) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address(v4), {.open = ports({22}), .dropped = ports(100, 120)});
  const auto outcome = test::scan(firewall_plan({v4}, ports({22, 23, 100, 101, 102, 103, 104, 120}), 1), network);
  EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)), testing::ElementsAre("passes", "dropped"));
  std::size_t silent = 0;
  for (const StackAnswer& answer : outcome->sink.hosts[0].filter->answers) {
    silent += answer.question == StackQuestion::ack && answer.kind == Kind::silence ? 1 : 0;
  }
  EXPECT_EQ(silent, 4U) << "a sample of the six";
}

TEST(FiltersSim, StateShowsBesideSyns) {
  for (const char* target : {v4, v6}) {
    sim::Network network{2, {.delay = 5ms}};
    network.add_host(address(target), {.open = ports({22}), .stateful = true});
    const auto outcome = test::scan(firewall_plan({target}, ports({22, 23}), 2), network);
    EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)), Contains("stateful"));
  }
}

// A router refuses for the host, one hop before it or further; that it is no answer of the host's shows twice.
TEST(FiltersSim, ResetsFromBeforeTheHostArePlaced) {
  for (const char* target : {v4, v6}) {
    const bool is_v4 = std::string_view{target} == v4;
    sim::Network network{3, {.delay = 5ms}};
    const std::vector<net::IpAddress> way{address(is_v4 ? "198.18.1.1" : "2001:db8:1::1"),
                                          address(is_v4 ? "198.18.2.1" : "2001:db8:2::1")};
    network.add_host(address(target), {.open = ports({22}), .refused = ports({113}), .refused_behind = 0, .way = way});
    auto outcome = test::scan(firewall_plan({target}, ports({22, 81, 113}), 3), network);
    model::HostRecord& record = outcome->sink.hosts.at(0);
    identify::judge_filter(record);
    EXPECT_EQ(record.filter->distance, 3);
    const auto refused = std::ranges::find(record.filter->readings, "refused", &FilterReading::kind);
    ASSERT_NE(refused, record.filter->readings.end());
    EXPECT_EQ(refused->ports, ports({113}));
    EXPECT_EQ(refused->hops_before, 2);
    EXPECT_EQ(refused->evidence.size(), 3U) << testing::PrintToString(refused->evidence);
  }
}

TEST(FiltersSim, RejectionsAreTakenFromTheScanItself) {
  sim::Network network{4, {.delay = 5ms}};
  network.add_host(address(v4), {.open = ports({22}), .rejected = ports(100, 200)});
  const auto outcome = test::scan(firewall_plan({v4}, ports(20, 200), 4), network);
  EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)), testing::ElementsAre("passes", "rejected"));
}

TEST(FiltersSim, LostPacketsAreRepeated) {
  std::size_t wrong = 0;
  std::size_t all = 0;
  for (const std::uint64_t seed : sim::seeds(60)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .loss = 0.05}};
    network.add_host(address(v4), {.open = ports({22, 80})});
    const auto outcome = test::scan(firewall_plan({v4}, ports({22, 80, 81, 82}), seed), network);
    const model::HostRecord& record = outcome->sink.hosts.at(0);
    if (!record.filter) continue;
    for (const StackAnswer& answer : record.filter->answers) {
      if (answer.question == StackQuestion::scan) continue;
      ++all;
      wrong += answer.kind == Kind::silence ? 1 : 0;
    }
  }
  EXPECT_GT(all, 600U);
  EXPECT_LE(wrong, all / 40) << "of each hundred, one that is lost twice";
}

// Every sort of port at once, and of the questions most stay unanswered.
TEST(FiltersSim, PacketsToAHostAreBounded) {
  for (const std::uint64_t seed : sim::seeds(10)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    const auto outcome_of = [seed](bool firewall) {
      sim::Network network{seed, {.delay = 5ms}};
      const std::vector<net::IpAddress> way{address("198.18.1.1"), address("198.18.2.1")};
      network.add_host(address(v4), {.open = ports({22, 80}),
                                     .dropped = ports(100, 200),
                                     .rejected = ports(300, 310),
                                     .refused = ports(400, 410),
                                     .refused_behind = 1,
                                     .stateful = true,
                                     .way = way});
      plan::Plan plan = firewall_plan({v4}, ports(1, 500), seed);
      plan.firewall = firewall;
      return test::scan(plan, network);
    };
    const auto outcome = outcome_of(true);
    const std::uint64_t packets = outcome->finished.probes_sent - outcome_of(false)->finished.probes_sent;
    EXPECT_LE(packets, engine::most_filter_packets);
    EXPECT_GE(packets, 20U);
    EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)),
                testing::ElementsAre("passes", "dropped", "rejected", "refused", "stateful"));
  }
}

// A host that shuts us out once its ports are asked: every question would be repeated.
TEST(FiltersSim, SilenceIsNotAskedWithoutEnd) {
  const auto packets_of = [](bool firewall, std::size_t bans_after) {
    sim::Network network{7, {.delay = 5ms}};
    network.add_host(
        address(v4),
        {.open = ports({22, 80}), .dropped = ports(100, 110), .rejected = ports(300, 310), .bans_after = bans_after});
    net::PortSet asked = ports({22, 80, 81, 82, 83, 84});
    for (const std::uint16_t first : std::initializer_list<std::uint16_t>{100, 300}) {
      asked.insert(net::PortRange{net::Port{first}, net::Port{static_cast<std::uint16_t>(first + 10)}});
    }
    plan::Plan plan = firewall_plan({v4}, asked, 7);
    plan.firewall = firewall;
    return test::scan(plan, network)->finished.probes_sent;
  };
  const std::uint64_t scan = packets_of(false, 0);
  const std::uint64_t all = packets_of(true, scan);
  EXPECT_GT(all - scan, engine::most_filter_questions);
  EXPECT_LE(all - scan, engine::most_filter_packets);
}

TEST(FiltersSim, WhoIsDownIsNotAsked) {
  sim::Network network{5, {.delay = 5ms}};
  network.add_host(address(v4), {.open = ports({22})});
  const auto outcome = test::scan(firewall_plan({"198.18.0.8/30"}, ports({22}), 5), network);
  for (const model::HostRecord& record : outcome->sink.hosts) {
    EXPECT_EQ(record.filter.has_value(), record.address == address(v4));
  }
}

TEST(FiltersSim, ItGoesWithOtherQuestions) {
  sim::Network network{6, {.delay = 5ms}};
  network.add_host(address(v4), {.open = ports({22, 80})});
  plan::Plan plan = firewall_plan({v4}, ports({22, 80, 81}), 6);
  plan.systems.emplace();
  plan.traceroute = true;
  const auto outcome = test::scan(plan, network);
  EXPECT_TRUE(outcome->sink.hosts.at(0).system);
  EXPECT_THAT(kinds_of(outcome->sink.hosts.at(0)), IsEmpty());
}

}  // namespace
}  // namespace portolan
