// The whole scan over hundreds of seeded networks: what must hold in every one of them, and what must
// come out where the network is kind enough to know.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/watched_link.h"
#include "tests/engine/scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::HostState;
using model::PortState;
using model::Reason;
using test::address;
using test::plan_for;
using test::ports;
using test::table_of;
using test::Told;

// A world drawn from a seed: every fault there is, in random strength.
struct RandomWorld {
  explicit RandomWorld(std::uint64_t seed) : random{seed} {
    options.delay = Duration{static_cast<std::int64_t>(random.below(80'000'000))};
    options.jitter = Duration{static_cast<std::int64_t>(random.below(20'000'000))};
    options.loss = random.chance(0.5) ? random.unit() * 0.3 : 0;
    options.duplicate = random.unit() * 0.2;
    options.reorder = random.unit() * 0.2;
    options.forge = random.unit() * 0.3;
    options.refuse = random.chance(0.3) ? random.unit() * 0.5 : 0;
    if (random.chance(0.3)) options.bottleneck = 2'000 + random.unit() * 50'000;
    const std::size_t count = 1 + random.below(6);
    for (std::size_t i = 0; i < count; ++i) add_host(i);
  }

  void add_host(std::size_t i) {
    sim::HostOptions host;
    for (std::uint16_t port = 1; port <= 400; ++port) {
      const double kind = random.unit();
      if (kind < 0.05) {
        host.open.insert(net::Port{port});
      } else if (kind < 0.15) {
        host.rejected.insert(net::Port{port});
      } else if (kind < 0.3) {
        host.dropped.insert(net::Port{port});
      }
    }
    host.silent = random.chance(0.1);
    host.on_link = random.chance(0.3);
    host.reject = static_cast<sim::HostOptions::Reject>(random.below(3));
    if (random.chance(0.2)) host.resets_a_second = 20 + random.unit() * 500;
    host.extra_delay = Duration{static_cast<std::int64_t>(random.below(50'000'000))};
    const bool v4 = random.chance(0.6);
    targets.push_back(v4 ? fmt::format("198.18.0.{}", i + 10) : fmt::format("2001:db8::{:x}", i + 16));
    hosts.emplace(address(targets.back()), host);
  }

  Random random;
  sim::NetworkOptions options;
  std::map<net::IpAddress, sim::HostOptions> hosts;
  std::vector<std::string> targets;
};

// What a port of a simulated host may be told as, whatever gets lost: its true state, or silence.
bool may_be_told(const sim::HostOptions& host, net::Port port, PortState told) {
  if (told == PortState::filtered) return true;
  if (host.silent || host.dropped.contains(port) || host.rejected.contains(port)) return false;
  return told == (host.open.contains(port) ? PortState::open : PortState::closed);
}

// Never more than the bound allows from the start, nor over any stretch but for what a late wake-up may
// catch up (3 ms).
void expect_rate_kept(const std::vector<Instant>& sent, double rate) {
  for (std::size_t first = 0; first < sent.size(); first += 1 + sent.size() / 64) {
    for (std::size_t last = first; last < sent.size(); last += 7) {
      const double allowed = seconds_of(sent[last] - sent[first] + 3ms) * rate + 2;
      ASSERT_LE(static_cast<double>(last - first + 1), allowed) << "frames " << first << " to " << last;
    }
  }
}

TEST(ScanSim, HoldsItsPromisesInEveryWorld) {
  for (const std::uint64_t seed : sim::seeds(400)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    RandomWorld world{seed};
    sim::Network network{seed, world.options};
    for (const auto& [host, options] : world.hosts) network.add_host(host, options);
    plan::Plan plan = plan_for(world.targets, ports(1, 400), seed, 3 + static_cast<int>(seed % 3));
    if (seed % 2 == 0) plan.timing.max_rate = 500.0 + 1000.0 * static_cast<double>(seed % 7);
    const auto outcome = test::scan(plan, network);

    ASSERT_EQ(outcome->sink.hosts.size(), world.hosts.size());
    for (const auto& record : outcome->sink.hosts) {
      const auto& truth = world.hosts.at(record.address);
      if (record.state == HostState::down) {
        EXPECT_TRUE(truth.on_link) << "a single named host was not scanned";
        continue;
      }
      if (record.timed_out) continue;
      const auto table = table_of(record);
      EXPECT_EQ(table.repeated, 0U);
      ASSERT_EQ(table.ports.size(), 400U) << to_string(record.address);
      for (const auto& [port, told] : table.ports) {
        ASSERT_TRUE(may_be_told(truth, net::Port{port}, told.state))
            << to_string(record.address) << " port " << port << " told as " << name_of(told.state);
      }
    }
    for (const auto& [host, port] : outcome->sink.open) EXPECT_TRUE(world.hosts.at(host).open.contains(port));
    if (plan.timing.max_rate) expect_rate_kept(network.sent(), *plan.timing.max_rate);
    if (HasFatalFailure()) return;
  }
}

TEST(ScanSim, AKindNetworkIsToldExactly) {
  for (const std::uint64_t seed : sim::seeds(100)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 20ms, .jitter = 4ms, .duplicate = 0.1, .forge = 0.2}};
    const bool v4 = seed % 2 == 0;
    const std::string target = v4 ? "198.18.0.9" : "2001:db8::9";
    network.add_host(address(target), {.open = ports({22, 80, 443}),
                                       .dropped = ports(500, 520),
                                       .rejected = ports(600, 620),
                                       .on_link = seed % 3 == 0});
    const auto outcome = test::scan(plan_for({target}, ports(1, 1000), seed), network);
    ASSERT_EQ(outcome->sink.hosts.size(), 1U);
    const auto& record = outcome->sink.hosts[0];
    EXPECT_EQ(record.state, HostState::up);
    const auto table = table_of(record);
    ASSERT_EQ(table.ports.size(), 1000U);
    for (const auto& [port, told] : table.ports) {
      const Told truth = port == 22 || port == 80 || port == 443 ? Told{PortState::open, Reason::syn_ack}
                         : port >= 500 && port <= 520            ? Told{PortState::filtered, Reason::no_response}
                         : port >= 600 && port <= 620            ? Told{PortState::filtered, Reason::admin_prohibited}
                                                                 : Told{PortState::closed, Reason::reset};
      ASSERT_EQ(told, truth) << port << ' ' << name_of(told.state) << ' ' << name_of(told.reason);
    }
  }
}

TEST(ScanSim, LossDoesNotHideOpenPorts) {
  std::size_t found = 0;
  std::size_t wrong = 0;
  constexpr std::size_t worlds = 40;
  for (const std::uint64_t seed : sim::seeds(worlds)) {
    sim::Network network{seed, {.delay = 20ms, .loss = 0.05}};
    network.add_host(address("198.18.0.9"), {.open = ports(100, 149)});
    const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 2000), seed), network);
    const auto table = table_of(outcome->sink.hosts.at(0));
    for (const auto& [port, told] : table.ports) {
      if (told.state == PortState::open) ++found;
      if (told.state == PortState::filtered) ++wrong;
    }
  }
  // Ten per cent of round trips are lost; the bound on what may be missed is 1 % of one port a scan.
  EXPECT_EQ(found, 50 * worlds);
  EXPECT_LE(wrong, 2U);
}

TEST(ScanSim, AHostThatLimitsItsResetsIsWaitedFor) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms}};
    network.add_host(address("198.18.0.9"), {.open = ports({22, 80}), .resets_a_second = 200});
    const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 1000), seed), network);
    std::size_t closed = 0;
    for (const auto& [port, told] : table_of(outcome->sink.hosts.at(0)).ports)
      closed += told.state == PortState::closed;
    EXPECT_EQ(closed, 998U);
    EXPECT_EQ(outcome->finished.hosts_given_up, 0U);
    EXPECT_LT(outcome->finished.elapsed, 40s);
  }
}

TEST(ScanSim, ALimiterTooSlowToWaitForIsSaid) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({22, 80}), .resets_a_second = 100});
  const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 65535), 1), network);
  const auto& record = outcome->sink.hosts.at(0);
  ASSERT_EQ(record.remarks.size(), 1U);
  EXPECT_EQ(record.remarks[0].code, model::RemarkCode::limits_answers);
  EXPECT_EQ(outcome->finished.hosts_given_up, 1U);
  EXPECT_EQ(outcome->sink.open.size(), 2U);
  EXPECT_LT(outcome->finished.elapsed, 30s);
}

TEST(ScanSim, ADeadRangeCostsTwoRounds) {
  sim::Network network{1, {.delay = 5ms}};
  const auto outcome = test::scan(plan_for({"198.18.4.0/24"}, ports(1, 1000), 1), network);
  EXPECT_EQ(outcome->finished.hosts_down, 256U);
  EXPECT_EQ(outcome->finished.probes_sent, 256U * 4 * 2);
}

TEST(ScanSim, LiveHostsOfARangeAreFoundUnderLoss) {
  for (const std::uint64_t seed : sim::seeds(10)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 20ms, .loss = 0.02}};
    for (unsigned i = 1; i <= 100; ++i) {
      network.add_host(net::IpAddress::v4(0xc6120400 + i), {.open = ports({22}), .on_link = seed % 2 == 0});
    }
    const auto outcome = test::scan(plan_for({"198.18.4.0/24"}, ports(1, 100), seed), network);
    EXPECT_EQ(outcome->finished.hosts_up, 100U);
    EXPECT_EQ(outcome->sink.open.size(), 100U);
  }
}

TEST(ScanSim, AnOverloadedPathSlowsTheScanInsteadOfLosingPorts) {
  for (const std::uint64_t seed : sim::seeds(10)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 10ms, .bottleneck = 3'000, .queue = 100}};
    network.add_host(address("198.18.0.9"), {.open = ports(1000, 1049)});
    const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 10000), seed), network);
    std::size_t closed = 0;
    for (const auto& [port, told] : table_of(outcome->sink.hosts.at(0)).ports)
      closed += told.state == PortState::closed;
    EXPECT_EQ(outcome->sink.open.size(), 50U);
    EXPECT_EQ(closed, 9950U);
    // The path would carry the ports in 3.4 s; three times that is not blind resending.
    EXPECT_LT(outcome->finished.elapsed, 12s);
  }
}

TEST(ScanSim, AHostTimeoutEndsAHostThatIsTooSlow) {
  sim::Network network{1, {.delay = 100ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({22})});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 1000), 1);
  plan.timing.host_timeout = 1s;
  plan.timing.max_rate = 50;
  const auto outcome = test::scan(plan, network);
  EXPECT_TRUE(outcome->sink.hosts.at(0).timed_out);
  EXPECT_EQ(outcome->finished.hosts_given_up, 0U) << "the user did that";
  EXPECT_FALSE(outcome->sink.hosts[0].port_scanned) << "what is known of its ports is not the whole";
  EXPECT_LT(outcome->finished.elapsed, 3s);
}

TEST(ScanSim, AHostTimeoutEndsTheWaitForAnswersToo) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.dropped = ports(1, 100)});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 100), 1);
  plan.timing.host_timeout = 1s;
  plan.timing.min_rtt_timeout = 60s;
  plan.timing.max_rtt_timeout = 90s;
  const auto outcome = test::scan(plan, network);
  EXPECT_TRUE(outcome->sink.hosts.at(0).timed_out);
  EXPECT_TRUE(outcome->sink.hosts[0].ports.empty()) << "a silence that was cut short tells nothing";
  EXPECT_TRUE(outcome->sink.hosts[0].extra.empty());
  EXPECT_LT(outcome->finished.elapsed, 2s);
}

TEST(ScanSim, AHostTimeoutHoldsWhileThePacerWaitsToo) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 100), 1);
  plan.timing.host_timeout = 2s;
  plan.timing.max_rate = 0.1;
  EXPECT_LT(test::scan(plan, network)->finished.elapsed, 3s);
}

TEST(ScanSim, AHostIsToldWhenItIsDoneAndNotWithItsBlock) {
  struct Watch : test::Collect {
    explicit Watch(const sim::Network& network) : clock{network} {}
    Result<void> on(const model::Event& event) override {
      if (std::holds_alternative<model::HostRecord>(event)) told.push_back(clock.now());
      return Collect::on(event);
    }
    const sim::Network& clock;
    std::vector<Instant> told;
  };
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.8"), {.open = ports({22})});
  network.add_host(address("198.18.0.9"), {.dropped = ports(1, 100)});
  Watch sink{network};
  const auto services = catalog::Services::parse("").value();
  const catalog::Vendors vendors;
  const auto plan = plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 100), 1);
  const engine::World world{
      network, network, network, 40'000, services, vendors, nullptr, nullptr, std::chrono::system_clock::now};
  ASSERT_TRUE(engine::run_scan(plan, world, sink).success);
  ASSERT_EQ(sink.told.size(), 2U);
  EXPECT_GT(sink.told[1] - sink.told[0], 500ms);
}

TEST(ScanSim, TheLatencyOfANeighbourIsThatOfTheAttemptThatWasAnswered) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .loss = 0.1}};
    for (unsigned i = 1; i <= 30; ++i) network.add_host(net::IpAddress::v4(0xc6120400 + i), {.on_link = true});
    plan::Plan plan = plan_for({"198.18.4.0/27"}, {}, seed);
    plan.depth = plan::ScanDepth::ping;
    const auto outcome = test::scan(plan, network);
    for (const auto& host : outcome->sink.hosts) {
      if (!host.round_trip) continue;
      EXPECT_LT(host.round_trip->smoothed, 50ms);
    }
  }
}

TEST(ScanSim, EveryListedPortHasTheTtlOfItsAnswer) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.rejected = ports(500, 514)});
  const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 1000), 1), network);
  ASSERT_EQ(outcome->sink.hosts.at(0).ports.size(), 15U);
  for (const auto& port : outcome->sink.hosts[0].ports) EXPECT_EQ(port.reason_ttl, 64) << port.port.value();
}

TEST(ScanSim, PortsThatRefuseByIcmpDoNotMeasureTheLoss) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.rejected = ports(1, 1000)});
  EXPECT_EQ(test::scan(plan_for({"198.18.0.9"}, ports(1, 1000), 1), network)->finished.loss.asked, 0U);
}

TEST(ScanSim, AHostThatNobodyAskedAndThatSaysNothingIsNotSimplyUp) {
  sim::Network network{1, {.delay = 1ms}};
  const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 10), 1), network);
  EXPECT_EQ(outcome->sink.hosts.at(0).reason, Reason::user_set);
  EXPECT_EQ(outcome->sink.hosts.at(0).remarks, std::vector<model::Remark>{{model::RemarkCode::nothing_answered}});
}

TEST(ScanSim, MaxRetriesNoneAsksEachPortOnce) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.dropped = ports(1, 1000)});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 1000), 1);
  plan.timing.max_retries = 0;
  EXPECT_EQ(test::scan(plan, network)->finished.probes_sent, 1000U);
}

TEST(ScanSim, ScanDelaySpacesTheProbesToAHost) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 50), 1);
  plan.timing.scan_delay = 100ms;
  const auto outcome = test::scan(plan, network);
  for (std::size_t i = 1; i < network.sent().size(); ++i) EXPECT_GE(network.sent()[i] - network.sent()[i - 1], 100ms);
}

// ---- hosts in flow ------------------------------------------------------------------------------

TEST(ScanSim, OneSlowHostHoldsBackNobodyElse) {
  struct Watch : test::Collect {
    explicit Watch(const sim::Network& network) : clock{network} {}
    Result<void> on(const model::Event& event) override {
      if (const auto* host = std::get_if<model::HostRecord>(&event)) at[host->address] = clock.now();
      return Collect::on(event);
    }
    const sim::Network& clock;
    std::map<net::IpAddress, Instant> at;
  };
  sim::Network network{1, {.delay = 5ms}};
  const auto slow = address("198.18.0.1");
  network.add_host(slow, {.open = ports({22}), .resets_a_second = 150});
  for (unsigned i = 2; i < 200; ++i) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
  Watch sink{network};
  const auto finished = test::scan_into(plan_for({"198.18.0.0/24"}, ports(1, 1000), 1), network, sink);
  EXPECT_EQ(finished.hosts_up, 199U);
  std::vector<Instant> others;
  for (const auto& [host, when] : sink.at) {
    if (host != slow) others.push_back(when);
  }
  const Instant last = *std::max_element(others.begin(), others.end());
  EXPECT_GT(sink.at.at(slow) - Instant{}, 3 * (last - Instant{})) << "its 998 resets take six seconds";
}

TEST(ScanSim, ADarkNetworkIsAskedAtTheRateThatIsGiven) {
  sim::Network network{1, {.delay = 5ms}};
  plan::Plan plan = plan_for({"198.18.0.0/15"}, ports({80}), 1, 3);
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.timing.min_rate = plan.timing.max_rate = 20'000;
  const auto outcome = test::scan(plan, network);
  EXPECT_EQ(outcome->finished.probes_sent, 2U << 17U);
  const double asking = seconds_of(network.sent().back() - network.sent().front());
  EXPECT_GT((2U << 17U) / asking, 18'000) << "nobody waits for others' time-outs";
}

TEST(ScanSim, NothingToldIsHeldBackWhileTheEngineWaits) {
  // Counts what reports may still keep to themselves.
  struct Kept final : model::Sink {
    Result<void> on(const model::Event& event) override {
      if (std::holds_alternative<model::CaughtUp>(event)) {
        EXPECT_GT(kept, 0U) << "nobody is woken for nothing";
        kept = 0;
      } else {
        ++kept;
      }
      if (std::holds_alternative<model::HostRecord>(event)) ++hosts;
      return {};
    }
    std::size_t kept = 0;
    std::size_t hosts = 0;
  };
  struct Waits final : engine::LinkWrapper {
    Waits(sim::Network& network, const Kept& sink) : LinkWrapper{network}, sink_{sink} {}
    Result<std::span<const engine::Received>> receive(Instant deadline) override {
      EXPECT_EQ(sink_.kept, 0U);
      if (sink_.hosts > 0) ++waits_after_hosts;
      return LinkWrapper::receive(deadline);
    }
    const Kept& sink_;
    std::size_t waits_after_hosts = 0;
  };
  sim::Network network{1, {.delay = 5ms}};
  for (unsigned i = 1; i < 50; ++i) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
  Kept sink;
  Waits link{network, sink};
  const auto finished = test::scan_into(plan_for({"198.18.0.0/24"}, ports(20, 40), 1), network, sink, nullptr, &link);
  EXPECT_EQ(finished.hosts_total, 256U);
  EXPECT_GT(link.waits_after_hosts, 0U);
}

TEST(ScanSim, ShardsFitTogether) {
  for (const std::uint64_t seed : sim::seeds(5)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    std::map<net::IpAddress, int> reported;
    std::size_t open = 0;
    for (std::uint64_t shard = 0; shard < 3; ++shard) {
      sim::Network network{seed, {.delay = 5ms}};
      for (unsigned i = 0; i < 256; i += 3) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
      plan::Plan plan = plan_for({"198.18.0.0/24", "198.18.0.77"}, ports(20, 30), seed);
      plan.shard = shard;
      plan.shards = 3;
      const auto outcome = test::scan(plan, network);
      for (const auto& host : outcome->sink.hosts) ++reported[host.address];
      open += outcome->sink.open.size();
    }
    EXPECT_EQ(reported.size(), 256U);
    for (const auto& [host, times] : reported) EXPECT_EQ(times, 1) << to_string(host);
    EXPECT_EQ(open, 86U);
  }
}

TEST(ScanSim, EveryPositionHasARecord) {
  struct Positions final : model::Sink {
    Result<void> on(const model::Event& event) override {
      if (const auto* host = std::get_if<model::HostRecord>(&event)) ++times[host->position];
      return {};
    }
    std::map<std::uint64_t, int> times;
  };
  sim::Network network{1, {.delay = 1ms}};
  plan::Plan plan = plan_for({}, ports({22}), 1);
  const auto no_names = [](std::string_view name) -> Result<std::vector<net::IpAddress>> {
    return fail(Errc::unresolved, std::string{name});
  };
  ASSERT_TRUE(plan.targets.exclude("198.18.0.64/26", {}, no_names, {}));
  for (const char* target : {"198.18.0.5", "198.18.0.0/24", "198.18.0.7"}) {
    ASSERT_TRUE(plan.targets.add(target, {}, no_names, {}));
  }
  Positions sink;
  const auto finished = test::scan_into(plan, network, sink);
  EXPECT_EQ(finished.hosts_total, 192U);
  EXPECT_EQ(plan.targets.size(), 192U);
  EXPECT_EQ(sink.times.size(), 192U);
  EXPECT_EQ(sink.times.rbegin()->first, 191U) << "no position is left out";
  for (const auto& [position, times] : sink.times) EXPECT_EQ(times, 1) << position;
}

TEST(ScanSim, AnInterruptedScanSaysHowMuchWasNeverAsked) {
  struct StopAt : engine::UserControl {
    explicit StopAt(const engine::Clock& of) : clock{of} {}
    bool stop_requested() override { return clock.now() > Instant{2s}; }
    bool progress_due() override { return false; }
    const engine::Clock& clock;
  };
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.dropped = ports(1, 20000)});
  StopAt control{network};
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 20000), 1);
  plan.timing.max_rate = 1'000;
  const auto outcome = test::scan(plan, network, &control);
  EXPECT_TRUE(outcome->finished.interrupted);
  EXPECT_EQ(outcome->finished.never_asked + outcome->finished.probes_sent, 20'000U);
}

TEST(ScanSim, AnInterruptedScanCountsTargetsThatNeverEntered) {
  struct StopAt : engine::UserControl {
    explicit StopAt(const engine::Clock& of) : clock{of} {}
    bool stop_requested() override { return clock.now() > Instant{1s}; }
    bool progress_due() override { return false; }
    const engine::Clock& clock;
  };
  for (const auto discovery : {plan::DiscoveryPolicy::never, plan::DiscoveryPolicy::always}) {
    sim::Network network{1, {.delay = 1ms}};
    StopAt control{network};
    plan::Plan plan = plan_for({"198.18.0.0/15"}, ports({80, 443}), 1);
    plan.discovery = discovery;
    plan.timing.max_rate = 100;
    plan.timing.max_retries = 0;
    const auto outcome = test::scan(plan, network, &control);
    EXPECT_TRUE(outcome->finished.interrupted);
    const std::uint64_t hosts = 2U << 16U;
    if (discovery == plan::DiscoveryPolicy::never) {
      EXPECT_EQ(outcome->finished.never_asked + outcome->finished.probes_sent, 2 * hosts);
    } else {
      // Whoever discovery found down has ports that nobody meant to ask.
      EXPECT_EQ(outcome->finished.never_asked, 2 * (hosts - outcome->finished.hosts_down));
    }
  }
}

TEST(ScanSim, WhatMayHaveBeenMissedIsSummedUpOverHosts) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports(1, 50), .dropped = ports(1000, 2000)});
  network.add_host(address("198.18.1.9"), {});  // every port answers: nothing can be missed
  const auto outcome = test::scan(plan_for({"198.18.0.0/23"}, ports(1, 65535), 1), network);
  EXPECT_EQ(outcome->finished.hosts_up, 2U);
  EXPECT_GT(outcome->finished.expected_missed_open, 0);
  EXPECT_LT(outcome->finished.expected_missed_open, 0.1);
}

TEST(ScanSim, AStopRequestTellsWhatIsKnown) {
  struct StopAfter : engine::UserControl {
    bool stop_requested() override { return ++calls > 40; }
    bool progress_due() override { return false; }
    int calls = 0;
  } control;
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.9"), {.open = ports(1, 20000)});
  const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 20000), 1), network, &control);
  EXPECT_TRUE(outcome->finished.interrupted);
  ASSERT_EQ(outcome->sink.hosts.size(), 1U);
  EXPECT_TRUE(outcome->sink.hosts[0].interrupted);
  for (const auto& [port, told] : table_of(outcome->sink.hosts[0]).ports) {
    EXPECT_NE(told.state, PortState::filtered) << "silence is no verdict on port " << port << ", which was cut short";
  }
  EXPECT_FALSE(outcome->sink.open.empty());
}

TEST(ScanSim, TheSameSeedGivesTheSameScan) {
  const auto once = [] {
    sim::Network network{7, {.delay = 10ms, .jitter = 3ms, .loss = 0.1}};
    network.add_host(address("198.18.0.9"), {.open = ports(1, 30)});
    const auto outcome = test::scan(plan_for({"198.18.0.9"}, ports(1, 500), 7), network);
    return std::pair{outcome->sink.open, network.sent()};
  };
  EXPECT_EQ(once(), once());
}

}  // namespace
}  // namespace portolan
