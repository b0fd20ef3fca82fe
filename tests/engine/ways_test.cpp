// Ways to a target: whose answers count, by the link they come in at, and what the kernel sends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/stages.h"

namespace portolan::test {
namespace {

using model::HostState;
using model::PortState;
using model::Reason;
using model::RemarkCode;

class Ways : public Stages {};

// ---- which link has answered ----------------------------------------------------------------------

constexpr std::uint32_t other_link = 7;

Reply over_another_link(Reply reply) {
  reply.interface = other_link;
  return reply;
}

Reply echo_reply(const SentFrame& frame, Duration after) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  Bytes bytes(wire::longest_packet);
  bytes.resize(probe::icmp_echo.answer({.packet = *packet, .open = false, .mac = {}}, bytes));
  return {frame.type, std::move(bytes), after};
}

bool is_arp(const SentFrame& frame) { return frame.type == net::EtherType::arp; }

TEST_F(Ways, ANeighbourAnswersOverItsOwnLinkOnly) {
  network.way = on_the_link;
  for (const bool own_link : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (!is_arp(frame)) return Replies{};
      const Reply reply = arp_answer(frame, gateway_mac, 1ms);
      return Replies{own_link ? reply : over_another_link(reply)};
    };
    sink.hosts.clear();
    ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, own_link ? HostState::up : HostState::down);
    EXPECT_EQ(sink.hosts[0].mac.has_value(), own_link);
  }
}

TEST_F(Ways, AGatewayAnswersOverItsOwnLinkOnly) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    return is_arp(frame) ? Replies{over_another_link(arp_answer(frame, gateway_mac, 1ms))} : Replies{};
  };
  ASSERT_TRUE(run(plan_for({"198.18.4.9"}, ports({80}), 1)));
  EXPECT_TRUE(ports_asked().empty()) << "nothing is sent to whoever answered";
}

TEST_F(Ways, APingOfANeighbourIsNotAnsweredOverAnotherLink) {
  network.way = on_the_link;
  for (const bool own_link : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (is_arp(frame)) return Replies{arp_answer(frame, gateway_mac, 1ms)};
      if (frame.tcp()) return Replies{};
      const Reply reply = echo_reply(frame, 1ms);
      return Replies{own_link ? reply : over_another_link(reply)};
    };
    sink.hosts.clear();
    plan::Plan plan = ping_plan({"198.18.0.9"});
    plan.discovery = plan::DiscoveryPolicy::always;
    plan.discovery_probes = {{"icmp-echo", {}}};
    plan.arp_ping = false;
    ASSERT_TRUE(run(plan));
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, own_link ? HostState::up : HostState::down);
  }
}

TEST_F(Ways, WhatForbidsANeighboursPortOverAnotherLinkDoesNotCount) {
  network.way = on_the_link;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{arp_answer(frame, gateway_mac, 1ms)};
    if (!frame.tcp()) return Replies{};
    if (frame.tcp()->destination == net::Port{80}) return Replies{over_another_link(open_answer(frame, 3ms))};
    return Replies{over_another_link(prohibited_by(address("198.18.0.9"), frame, 1ms))};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({80, 81}), 1)));
  ASSERT_EQ(sink.hosts.size(), 1U);
  const auto table = table_of(sink.hosts[0]).ports;
  EXPECT_EQ(table.at(80).state, PortState::open) << "the cookie proves that the question has arrived";
  EXPECT_EQ(table.at(81).reason, Reason::no_response);
}

TEST_F(Ways, WhatForbidsAPortBehindAGatewayMayComeOverAnyLink) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{arp_answer(frame, gateway_mac, 1ms)};
    if (!frame.tcp()) return Replies{};
    return Replies{over_another_link(prohibited_by(address("198.18.9.9"), frame, 1ms))};
  };
  ASSERT_TRUE(run(plan_for({"198.18.4.9"}, ports({81}), 1)));
  ASSERT_EQ(sink.hosts.size(), 1U);
  EXPECT_EQ(table_of(sink.hosts[0]).ports.at(81).reason, Reason::admin_prohibited);
}

TEST_F(Ways, WhatANeighbourTellsEverybodyIsASignOfLifeAndNoRoundTrip) {
  network.way = on_the_link;
  for (const bool to_everybody : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (!is_arp(frame)) return Replies{};
      Reply reply = arp_answer(frame, gateway_mac, 1ms);
      reply.to_everybody = to_everybody;
      return Replies{reply};
    };
    sink.hosts.clear();
    ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, HostState::up);
    EXPECT_EQ(sink.hosts[0].round_trip.has_value(), !to_everybody);
  }
}

// ---- what the kernel sends ------------------------------------------------------------------------

net::Path sent_by_kernel(net::Path path, net::Path::ByKernel why) {
  path.by_kernel = why;
  return path;
}

TEST_F(Ways, WhatTheKernelSendsNeedsNoGatewayOfOurs) {
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    return sent_by_kernel(*behind_gateway(target), net::Path::ByKernel::filter);
  };
  all_ports_are(open_answer);
  ASSERT_TRUE(run(plan_for({"198.18.4.0/30"}, ports({80}), 1)));
  EXPECT_EQ(arp_requests(), 0U);
  EXPECT_EQ(sink.open.size(), 4U);
  ASSERT_EQ(sink.remarks.size(), 1U) << "once for each reason";
  EXPECT_EQ(sink.remarks[0].code, RemarkCode::sent_by_kernel);
  EXPECT_EQ(sink.remarks[0].text(0), "filter");
}

TEST_F(Ways, NeighboursAreAskedWhereAFilterMayBeAboutTheirPackets) {
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    return sent_by_kernel(*on_the_link(target), net::Path::ByKernel::filter);
  };
  network.answer = [](const SentFrame& frame) {
    return is_arp(frame) ? Replies{arp_answer(frame, gateway_mac, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
  ASSERT_EQ(sink.hosts.size(), 1U);
  EXPECT_EQ(sink.hosts[0].reason, Reason::arp_response);
}

TEST_F(Ways, AConnectScanAsksNoLinkOnlyToReachIt) {
  for (const auto way : {behind_gateway, on_the_link}) {
    network.way = way;
    network.sent.clear();
    sink.hosts.clear();
    all_ports_are(open_answer);
    plan::Plan plan = plan_for({"198.18.0.9"}, ports({80}), 1);
    plan.techniques[0].name = "tcp-connect";
    ASSERT_TRUE(run(plan));
    EXPECT_EQ(arp_requests(), 0U);
    EXPECT_EQ(ports_asked(), std::vector<std::uint16_t>{80});
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, HostState::up);
  }
}

TEST_F(Ways, AConnectScanOfAWholeLinkFindsItsHostsByAsking) {
  network.way = on_the_link;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() ? Replies{closed_answer(frame, 1ms)} : Replies{};
  };
  plan::Plan plan = plan_for({"198.18.0.8/30"}, ports({80}), 1);
  plan.techniques[0].name = "tcp-connect";
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(arp_requests(), 4U);
  EXPECT_EQ(sink.remarks, std::vector<model::Remark>{});
}

TEST_F(Ways, ABroadcastAddressOfARangeIsDownWithoutARemark) {
  network.way = [](const net::IpAddress&) -> Result<net::Path> {
    return fail({Errc::unreachable, "it names no host", "broadcast", {"198.18.0.9"}});
  };
  ASSERT_TRUE(run(ping_plan({"198.18.0.8/31"})));
  ASSERT_EQ(sink.hosts.size(), 2U);
  EXPECT_EQ(sink.hosts[0].state, HostState::down);
  EXPECT_EQ(sink.remarks, std::vector<model::Remark>{});
  ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
  EXPECT_EQ(sink.hosts.back().remarks.at(0).code, RemarkCode::no_way) << "who names it is told";
}

}  // namespace
}  // namespace portolan::test
