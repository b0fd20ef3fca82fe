// Every technique of the registry through the whole engine, on a simulated network that knows none of them by name.
#include <gtest/gtest.h>

#include "probe/registry.h"
#include "scan_world.h"
#include "tests/probe/probe_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::PortState;

constexpr std::array hosts{"198.18.0.2", "2001:db8::2"};

std::unique_ptr<test::Outcome> scan_of(const plan::Plan& plan, const char* host) {
  sim::Network network{3, {.delay = 2ms, .jitter = 1ms}};
  network.add_host(test::address(host), {.open = test::ports({22, 80}),
                                         .open_udp = test::ports({22, 80}),
                                         .open_sctp = test::ports({22, 80}),
                                         .dropped = test::ports({23})});
  return test::scan(plan, network);
}

bool can_ask(const probe::Probe& probe, const char* host) { return probe.has_ipv6 || test::address(host).is_v4(); }

TEST(Techniques, EachFindsAHostByItself) {
  for (const probe::Probe* probe : probe::registry) {
    if (probe->discovery_option.spelling.empty()) continue;
    for (const char* host : hosts) {
      if (!can_ask(*probe, host)) continue;
      SCOPED_TRACE(probe->name);
      plan::Plan plan = test::plan_for({host}, {}, 1);
      plan.depth = plan::ScanDepth::ping;
      plan.techniques.clear();
      const net::Port port{probe::asks_numbers(probe->asks) ? std::uint16_t{47} : std::uint16_t{0}};
      plan.discovery_probes = {{std::string{probe->name}, port}};
      const auto outcome = scan_of(plan, host);
      ASSERT_EQ(outcome->sink.hosts.size(), 1U);
      EXPECT_EQ(outcome->sink.hosts[0].state, model::HostState::up);
      EXPECT_NE(outcome->sink.hosts[0].reason, model::Reason::user_set);
    }
  }
}

TEST(Techniques, EachTellsPortsByWhatTheySay) {
  for (const probe::Probe* probe : probe::registry) {
    if (probe->scan_option.spelling.empty() || !probe::asks_ports(probe->asks)) continue;
    for (const char* host : hosts) {
      if (!can_ask(*probe, host)) continue;
      SCOPED_TRACE(probe->name);
      plan::Plan plan = test::plan_for({host}, {}, 1);
      plan.techniques = {{std::string{probe->name}, test::ports(20, 80)}};
      const auto outcome = scan_of(plan, host);
      ASSERT_EQ(outcome->sink.hosts.size(), 1U);
      const auto table = test::table_of(outcome->sink.hosts[0]);
      const PortState silent = probe->on_silence.state;
      const auto told = [&](bool open) {
        const bool v4 = test::address(host).is_v4();
        const auto verdict = verdict_on(*probe, v4 ? probe::attempt(7) : probe::attempt_v6(7), open);
        return verdict ? verdict->state : silent;
      };
      ASSERT_EQ(table.ports.size(), 61U);
      EXPECT_EQ(table.ports.at(21).state, told(false));
      EXPECT_EQ(table.ports.at(22).state, told(true));
      EXPECT_EQ(table.ports.at(23).state, silent);
      EXPECT_EQ(outcome->sink.open.size(), told(true) == PortState::open ? 2U : 0U);
    }
  }
}

}  // namespace
}  // namespace portolan
