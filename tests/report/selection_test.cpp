#include "report/selection.h"

#include <gtest/gtest.h>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

ReportOptions only_open() {
  ReportOptions options;
  options.open_only = true;
  return options;
}

TEST(Select, WithoutOptionsAHostIsShownAsItIs) {
  const model::HostRecord host = host_on_link();
  model::HostRecord scratch;
  EXPECT_EQ(select(host, {}, scratch), &host);
}

TEST(Select, OnlyOpenCountsWhatItDoesNotList) {
  model::HostRecord host = host_on_link();
  host.ports = {open_port(22, "ssh"), silent_port(23, ""), closed_port(101, ""), silent_port(25, "")};
  host.extra = {extra(model::PortState::closed, model::Reason::reset, ports({range(200, 200)}))};
  model::HostRecord scratch;
  const model::HostRecord* shown = select(host, only_open(), scratch);
  ASSERT_NE(shown, nullptr);
  ASSERT_EQ(shown->ports.size(), 1u);
  EXPECT_EQ(shown->ports[0].port, net::Port{22});
  ASSERT_EQ(shown->extra.size(), 2u);
  EXPECT_EQ(shown->extra[0].state, model::PortState::closed);
  EXPECT_EQ(shown->extra[0].count, 2u);
  EXPECT_EQ(net::to_string(shown->extra[0].reasons[0].ports), "101,200");
  EXPECT_EQ(shown->extra[1].count, 2u);
  EXPECT_EQ(net::to_string(shown->extra[1].reasons[0].ports), "23,25");
}

TEST(Select, TheLargestCountStandsFirst) {
  model::HostRecord host = host_on_link();
  host.ports = {open_port(22, "ssh")};
  for (std::uint16_t number = 300; number < 500; ++number) host.ports.push_back(silent_port(number, ""));
  model::HostRecord scratch;
  const model::HostRecord* shown = select(host, only_open(), scratch);
  ASSERT_NE(shown, nullptr);
  ASSERT_EQ(shown->extra.size(), 2u);
  EXPECT_EQ(shown->extra[0].state, model::PortState::filtered);
  EXPECT_EQ(shown->extra[0].count, 200u);
}

TEST(Select, PossiblyOpenIsOpen) {
  EXPECT_TRUE(is_possibly_open(model::PortState::open));
  EXPECT_TRUE(is_possibly_open(model::PortState::open_filtered));
  EXPECT_TRUE(is_possibly_open(model::PortState::unfiltered));
  EXPECT_FALSE(is_possibly_open(model::PortState::closed));
  EXPECT_FALSE(is_possibly_open(model::PortState::filtered));
  EXPECT_FALSE(is_possibly_open(model::PortState::closed_filtered));
}

TEST(Select, OnlyOpenHidesHostsWithoutOpenPorts) {
  model::HostRecord host = host_on_link();
  host.ports = {closed_port(22, "ssh")};
  model::HostRecord scratch;
  EXPECT_EQ(select(host, only_open(), scratch), nullptr);
  host.timed_out = true;      // what it would have had is not known
  host.port_scanned = false;  // as the engine says it
  EXPECT_NE(select(host, only_open(), scratch), nullptr);
  host.ports.push_back(port(80, model::PortState::open, model::Reason::syn_ack, "http"));
  EXPECT_EQ(select(host, only_open(), scratch)->ports.size(), 1U);
  host.ports.pop_back();
  host.timed_out = false;
  host.port_scanned = true;
  host.extra.push_back(extra(model::PortState::open_filtered, model::Reason::no_response, ports({range(1, 30)})));
  EXPECT_NE(select(host, only_open(), scratch), nullptr);
}

TEST(Select, OnlyOpenShowsHostsWhosePortsWereNotAsked) {
  model::HostRecord host;
  host.state = model::HostState::up;
  model::HostRecord scratch;
  EXPECT_EQ(select(host, only_open(), scratch), &host);
}

}  // namespace
}  // namespace portolan::report
