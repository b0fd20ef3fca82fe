// Scans for IP protocols of simulated hosts, most of which limit their ICMP errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "scan_world.h"

namespace portolan::test {
namespace {

using namespace std::chrono_literals;
using model::PortState;
using model::Reason;

constexpr const char* target = "198.19.0.1";

// Answers to three protocols beside its own, is silent for two.
sim::HostOptions host_with(const sim::Limit& errors) {
  return {.open_protocols = ports({2, 47, 50}), .dropped = ports({51, 89}), .errors = errors};
}

struct ProtocolScan {
  std::map<std::uint16_t, std::string> wrong;  // told otherwise than they are, but for those that may be closed
  std::size_t hidden = 0;                      // closed ones that are told as open|filtered
  bool says_that_errors_are_limited = false;
  double seconds = 0;
};

ProtocolScan scan_of(const sim::NetworkOptions& way, const sim::Limit& errors, std::uint64_t seed,
                     std::uint16_t last = 255) {
  sim::Network network{seed, way};
  network.add_host(address(target), host_with(errors));
  auto plan = plan_for({target}, {}, seed);
  plan.techniques = {{"ip-protocol", ports(0, last)}};
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.list_limit = 256;
  const auto outcome = scan(plan, network);
  ProtocolScan result;
  result.seconds = seconds_of(outcome->finished.elapsed);
  const auto& record = outcome->sink.hosts.at(0);
  result.says_that_errors_are_limited = std::ranges::any_of(
      record.remarks, [](const auto& remark) { return remark.code == model::RemarkCode::limits_errors; });
  EXPECT_EQ(record.ports.size(), last + 1U);
  for (const model::PortRecord& port : record.ports) {
    EXPECT_EQ(port.protocol, net::Protocol::ip);
    const std::uint16_t number = port.port.value();
    const bool open = ports({1, 2, 6, 17, 47, 50, 132}).contains(port.port);
    const bool silent = ports({51, 89}).contains(port.port);
    const PortState truth = open ? PortState::open : silent ? PortState::open_filtered : PortState::closed;
    if (port.state == truth) continue;
    if (truth == PortState::closed && port.state == PortState::open_filtered) {
      ++result.hidden;
    } else {
      result.wrong[number] = name_of(port.state);
    }
  }
  return result;
}

TEST(IpProtocolScan, EveryProtocolIsTold) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    const ProtocolScan scan = scan_of({.delay = 5ms}, {}, seed);
    EXPECT_TRUE(scan.wrong.empty()) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_EQ(scan.hidden, 0U) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_LT(scan.seconds, 5);
  }
}

TEST(IpProtocolScan, LossHidesNone) {
  for (const std::uint64_t seed : sim::seeds(20)) {
    const ProtocolScan scan = scan_of({.delay = 5ms, .loss = 0.05, .duplicate = 0.02}, {}, seed);
    EXPECT_TRUE(scan.wrong.empty()) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_LE(scan.hidden, 1U) << "replay: PORTOLAN_SEED=" << seed;
  }
}

// Many hosts drop echo requests. Who says by ICMP what it does not speak, speaks ICMP.
TEST(IpProtocolScan, AHostThatIsNotPingedShowsItsIcmp) {
  sim::Network network{1, {.delay = 5ms}};
  sim::HostOptions host = host_with({});
  host.echoes = false;
  network.add_host(address(target), host);
  auto plan = plan_for({target}, {}, 1);
  plan.techniques = {{"ip-protocol", ports({1, 6, 99})}};
  plan.list_limit = 256;
  const auto outcome = scan(plan, network);
  const auto& told = outcome->sink.hosts.at(0).ports;
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].state, PortState::open);
  EXPECT_EQ(told[0].reason, Reason::proto_unreach);
  EXPECT_EQ(told[2].state, PortState::closed);
}

// As Linux has it: six at once, then one a second.
TEST(IpProtocolScan, NoneThatTheLimiterHidesIsToldWithoutSayingSo) {
  for (const std::uint64_t seed : sim::seeds(10)) {
    const ProtocolScan scan = scan_of({.delay = 5ms}, {.rate = 1, .burst = 6}, seed, 90);
    EXPECT_TRUE(scan.wrong.empty()) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_TRUE(scan.hidden == 0 || scan.says_that_errors_are_limited) << "replay: PORTOLAN_SEED=" << seed;
    EXPECT_LE(scan.hidden, 3U) << "replay: PORTOLAN_SEED=" << seed;
  }
}

}  // namespace
}  // namespace portolan::test
