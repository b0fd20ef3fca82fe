// What the steps of a scan do at their turns: gateways, neighbours, names, ports, telling.
#include "tests/engine/stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace portolan::test {
namespace {

using model::HostState;
using model::PortState;
using model::Reason;
using model::RemarkCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto tunnel = net::Path::Kind::kernel;

std::vector<model::Remark> one(RemarkCode code, std::string value) { return {{code, {std::move(value)}}}; }

// ---- gateways and neighbours ---------------------------------------------------------------------

TEST_F(Stages, DamagedAnswersSayNothing) {
  network.answer = [](const SentFrame& frame) {
    if (!frame.tcp()) return Replies{};
    Reply damaged = test::open_answer(frame, 1ms);
    damaged.damaged = true;
    return Replies{damaged, test::closed_answer(frame, 2ms)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.2"}, ports({22, 80}), 1)).has_value());
  ASSERT_EQ(sink.hosts.size(), 1);
  for (const auto& [port, told] : test::table_of(sink.hosts[0]).ports) EXPECT_EQ(told.state, PortState::closed) << port;
}

TEST_F(Stages, AGatewayThatIsNotKnownIsAskedForOnceAndUsedByAllBlocks) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    if (frame.type == net::EtherType::arp) return Replies{arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() ? Replies{closed_answer(frame, 2ms)} : Replies{};
  };
  plan::Plan plan = ping_plan({"198.18.4.0/30"});
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(arp_requests(), 1U);
  ASSERT_EQ(sink.hosts.size(), 4U);
  for (const auto& host : sink.hosts) {
    EXPECT_EQ(host.state, HostState::up);
    EXPECT_EQ(host.mac, std::nullopt) << "the gateway's is not the host's";
  }
  for (const auto& frame : network.sent) {
    if (frame.type == net::EtherType::ipv4) {
      EXPECT_EQ(frame.to, gateway_mac);
    }
  }
}

TEST_F(Stages, AGatewayThatIsATargetTooIsBoth) {
  network.way = [](const net::IpAddress& target) {
    return target == address("198.18.0.99") ? ScriptedNetwork::path(ethernet, target) : behind_gateway(target);
  };
  // Both are asked at once, and both answers come at once.
  network.answer = [](const SentFrame& frame) {
    if (frame.type == net::EtherType::arp) return Replies{arp_answer(frame, gateway_mac, Instant{10ms} - frame.at)};
    return frame.tcp() ? Replies{closed_answer(frame, 2ms)} : Replies{};
  };
  plan::Plan plan = ping_plan({"198.18.4.1", "198.18.0.99"});
  plan.timing.max_retries = 0;
  const auto finished = run(plan);
  EXPECT_EQ(finished->hosts_up, 2U);
}

TEST_F(Stages, ManyHostsThatAnswerAtOnceAreAllLetIn) {
  all_ports_are(closed_answer, 10us);
  plan::Plan plan = ping_plan({"198.18.0.0/16"});
  // Every host is done before the turn of its second question.
  plan.discovery_probes = {{"tcp-syn", net::Port{80}}, {"tcp-syn", net::Port{443}}};
  plan.timing.max_rate = 100'000;
  const auto finished = run(plan);
  EXPECT_EQ(finished->hosts_up, 65'536U);
}

TEST_F(Stages, NamesAreWaitedForAsLongAsTheyCome) {
  // One name every 100 ms: the last is known long after the others.
  class OneByOne final : public engine::NameSource {
   public:
    explicit OneByOne(const engine::Clock& clock) : clock_{clock} {}
    void ask(const net::IpAddress& address) override {
      known_at_.try_emplace(address, Instant{(known_at_.size() + 1) * 100ms});
    }
    std::optional<std::string> answer(const net::IpAddress& address) override {
      if (clock_.now() < known_at_.at(address)) return std::nullopt;
      return "named.test";
    }

   private:
    const engine::Clock& clock_;
    std::map<net::IpAddress, Instant> known_at_;
  } one_by_one{network};
  static const auto services = catalog::Services::parse("").value();
  static const catalog::Vendors vendors;
  plan::Plan plan = plan_for({"198.18.0.0/28"}, {}, 1);
  plan.depth = plan::ScanDepth::list;
  const engine::World world{
      network, network, network, 40'000, services, vendors, &one_by_one, &wishes, std::chrono::system_clock::now};
  ASSERT_TRUE(engine::run_scan(plan, world, sink).success);
  ASSERT_EQ(sink.hosts.size(), 16U);
  for (const auto& host : sink.hosts) EXPECT_EQ(host.names.size(), 1U) << to_string(host.address);
}

TEST_F(Stages, AGatewayIsRememberedFromBlockToBlock) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    return frame.type == net::EtherType::arp ? Replies{arp_answer(frame, gateway_mac, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(plan_for({"198.18.4.0/23"}, ports(1, 65535), 1)));  // 256 hosts a block
  EXPECT_EQ(arp_requests(), 1U);
}

TEST_F(Stages, AGatewayThatDoesNotAnswerIsAskedTwiceAsOftenAndSaid) {
  network.way = behind_gateway;
  ASSERT_TRUE(run(plan_for({"198.18.4.1"}, ports(1, 10), 1)));
  EXPECT_EQ(arp_requests(), 4U);
  EXPECT_EQ(network.sent.size(), 4U) << "nothing can be sent through it";
  EXPECT_EQ(sink.hosts.at(0).state, HostState::down);
  EXPECT_EQ(sink.hosts[0].reason, Reason::host_unreach);
  EXPECT_EQ(sink.hosts[0].remarks, one(RemarkCode::gateway_silent, "198.18.0.99"));
}

TEST_F(Stages, AskingForAGatewayIsNoStageThatAnybodyIsToldOf) {
  network.way = behind_gateway;
  wishes.wants_progress = true;
  ASSERT_TRUE(run(plan_for({"198.18.4.1"}, ports(1, 10), 1)));
  EXPECT_THAT(sink.progress, IsEmpty());
}

TEST_F(Stages, ASilentNeighbourIsDownWithinASecond) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); };
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 10), 1, 3);
  const auto finished = run(plan);
  EXPECT_EQ(arp_requests(), 2U);
  EXPECT_EQ(network.sent.size(), 2U);
  EXPECT_EQ(sink.hosts.at(0).state, HostState::down);
  EXPECT_EQ(sink.hosts[0].reason, Reason::no_response);
  EXPECT_EQ(sink.hosts[0].remarks, one(RemarkCode::link_address_silent, "arp"));
  EXPECT_LT(finished->elapsed, 1500ms) << "on a link nobody is waited for as long as beyond it";
}

TEST_F(Stages, WithoutArpPingAnAnswerToArpIsNoSignOfLife) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); };
  network.answer = [](const SentFrame& frame) {
    if (frame.type == net::EtherType::arp) return Replies{arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() && frame.tcp()->syn ? Replies{closed_answer(frame, 1ms)} : Replies{};
  };
  plan::Plan plan = ping_plan({"198.18.0.9"});
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(sink.hosts.at(0).reason, Reason::arp_response);
  plan = ping_plan({"198.18.0.9"});
  plan.arp_ping = false;
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(sink.hosts.at(1).reason, Reason::reset);
  EXPECT_EQ(sink.hosts[1].reason_ttl, 64);
  EXPECT_EQ(sink.hosts[1].mac, gateway_mac) << "it is on the link all the same";
}

TEST_F(Stages, WithoutRawPacketsEveryQuestionIsAConnection) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); };
  plan::Plan plan = ping_plan({"198.18.4.0/30"});
  plan.privileged = false;
  plan.discovery_probes = {{"tcp-connect", net::Port{80}}, {"tcp-connect", net::Port{443}}};
  ASSERT_TRUE(run(plan));
  EXPECT_FALSE(network.sent.empty());
  for (const auto& frame : network.sent) {
    EXPECT_TRUE(frame.connects);
    EXPECT_TRUE(frame.tcp() && frame.tcp()->syn);
  }
}

TEST_F(Stages, AnAddressOfThisMachineIsUpUnasked) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(net::Path::Kind::local, target); };
  ASSERT_TRUE(run(ping_plan({"198.18.0.1"})));
  EXPECT_TRUE(network.sent.empty());
  EXPECT_EQ(sink.hosts.at(0).state, HostState::up);
  EXPECT_EQ(sink.hosts[0].reason, Reason::localhost_response);
}

TEST_F(Stages, AnIpv6HostIsNotAskedForAnIpv4Timestamp) {
  ASSERT_TRUE(run(ping_plan({"2001:db8::9"})));
  EXPECT_EQ(network.sent.size(), 6U) << "echo, SYN and ACK, twice each";
  EXPECT_EQ(sink.hosts.at(0).state, HostState::down);
}

TEST_F(Stages, UnderPnHostsAreUpBecauseTheUserSaysSo) {
  plan::Plan plan = ping_plan({"198.18.4.0/30"});
  plan.discovery = plan::DiscoveryPolicy::never;
  ASSERT_TRUE(run(plan));
  EXPECT_TRUE(network.sent.empty());
  for (const auto& host : sink.hosts) EXPECT_EQ(host.reason, Reason::user_set);
}

TEST_F(Stages, ANamedHostWithoutAWayHasTheReasonInItsRecord) {
  network.way = [](const net::IpAddress&) -> Result<net::Path> {
    return fail({Errc::unreachable, "a sentence", "no-carrier", {"198.18.0.9", "eth7"}});
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports(1, 10), 1)));
  EXPECT_EQ(sink.hosts.at(0).state, HostState::down);
  EXPECT_EQ(sink.hosts[0].reason, Reason::no_route);
  EXPECT_EQ(sink.hosts[0].remarks,
            (std::vector<model::Remark>{{RemarkCode::no_way, {"no-carrier", "198.18.0.9", "eth7"}}}));
  EXPECT_THAT(sink.remarks, IsEmpty());
}

TEST_F(Stages, OfARangeWithoutAWayOneHostStandsForAll) {
  network.way = [](const net::IpAddress&) -> Result<net::Path> { return fail(Errc::unreachable, "a sentence"); };
  ASSERT_TRUE(run(plan_for({"198.18.4.0/24"}, ports(1, 10), 1)));
  ASSERT_EQ(sink.remarks.size(), 1U);
  EXPECT_EQ(sink.remarks[0].code, RemarkCode::no_way_to_some);
  EXPECT_EQ(sink.remarks[0].text(0), "unreachable") << "the code, where there is no cause";
  EXPECT_THAT(std::string{sink.remarks[0].text(1)}, testing::StartsWith("198.18.4."));
  for (const auto& host : sink.hosts) EXPECT_THAT(host.remarks, IsEmpty());
}

TEST_F(Stages, ARouterThatSpeaksForAHostDoesNotMakeItUp) {
  network.answer = [](const SentFrame& frame) {
    return frame.tcp() && frame.tcp()->syn ? Replies{prohibited_by(address("198.18.0.254"), frame, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
  EXPECT_EQ(sink.hosts.at(0).state, HostState::down);
  EXPECT_EQ(sink.hosts[0].reason, Reason::admin_prohibited);
  EXPECT_EQ(sink.hosts[0].reason_ttl, 63);
}

TEST_F(Stages, LinkLocalHostsOfTwoLinksAreTwo) {
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    net::Path path = ScriptedNetwork::path(tunnel, target);
    path.interface = target.zone();
    return path;
  };
  network.answer = [](const SentFrame& frame) {
    return Replies{frame.interface == 3 ? open_answer(frame, 1ms) : closed_answer(frame, 1ms)};
  };
  ASSERT_TRUE(run(plan_for({"fe80::9%3", "fe80::9%4"}, ports({80}), 1)));
  ASSERT_EQ(sink.hosts.size(), 2U);
  EXPECT_EQ(sink.hosts[0].ports.at(0).state, PortState::open);
  EXPECT_EQ(sink.hosts[1].ports.at(0).state, PortState::closed);
}

// ---- names --------------------------------------------------------------------------------------

TEST_F(Stages, AHostThatIsDoneWaitsForItsNameWhileOthersAreScanned) {
  network.answer = [](const SentFrame& frame) {
    const bool first = frame.target() == address("198.18.0.8");
    return first ? Replies{closed_answer(frame, 1ms)} : Replies{};
  };
  names_at(300ms);
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 10), 1)));
  ASSERT_EQ(sink.hosts.at(0).address, address("198.18.0.8"));
  ASSERT_EQ(sink.hosts[0].names.size(), 1U);
  EXPECT_EQ(sink.hosts[0].names[0].name, "named.test");
  EXPECT_EQ(sink.hosts[0].names[0].kind, model::HostName::Kind::ptr);
}

TEST_F(Stages, NamesAreWaitedForHoweverLateTheyCome) {
  all_ports_are(closed_answer);
  for (const Duration late : {800ms, 5'000ms, 60'000ms}) {
    sink.hosts.clear();
    names_at(late);
    const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 10), 1));
    EXPECT_GE(finished->elapsed, late);
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].names.size(), 1U);
  }
}

TEST_F(Stages, AListOfMoreThanMayWaitAtOnceHasAllNames) {
  names_at(800ms);
  plan::Plan plan = plan_for({"198.18.0.0/17"}, {}, 1);
  plan.depth = plan::ScanDepth::list;
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(sink.hosts.size(), 32'768U);
  for (const auto& host : sink.hosts) ASSERT_EQ(host.names.size(), 1U) << to_string(host.address);
}

TEST_F(Stages, TheScanDoesNotWaitForNames) {
  names_at(60s);
  Instant last_asked;
  network.answer = [&](const SentFrame& frame) {
    last_asked = network.now();
    return frame.tcp() ? Replies{closed_answer(frame, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.0/28"}, ports(1, 10), 1)));
  EXPECT_LT(last_asked - Instant{}, 30s);
}

TEST_F(Stages, NobodyWaitsForNamesAfterAStopRequest) {
  all_ports_are(closed_answer);
  never_names();
  wishes.stop_at = Instant{100ms};  // the ports take far less
  const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 10), 1));
  EXPECT_TRUE(finished->interrupted);
  EXPECT_GE(finished->elapsed, 100ms);
  EXPECT_LT(finished->elapsed, 200ms);
  EXPECT_EQ(sink.hosts.size(), 1U);
}

TEST_F(Stages, NamesAreAskedForHostsThatAreUp) {
  network.answer = [](const SentFrame& frame) {
    const bool up = frame.tcp() && frame.tcp()->syn && frame.target() == address("198.18.4.2");
    return up ? Replies{closed_answer(frame, 1ms)} : Replies{};
  };
  const auto asked_under = [&](plan::NameLookup lookup, plan::ScanDepth depth) {
    plan::Plan plan = ping_plan({"198.18.4.0/30"});
    plan.depth = depth;
    plan.names = lookup;
    names_at(0ms);
    EXPECT_TRUE(run(plan));
    return names->asked;
  };
  using enum plan::NameLookup;
  EXPECT_THAT(asked_under(live_hosts, plan::ScanDepth::ping), ElementsAre("198.18.4.2"));
  EXPECT_EQ(asked_under(always, plan::ScanDepth::ping).size(), 4U);
  EXPECT_THAT(asked_under(never, plan::ScanDepth::ping), IsEmpty());
  EXPECT_EQ(asked_under(live_hosts, plan::ScanDepth::list).size(), 4U);
}

// ---- ports --------------------------------------------------------------------------------------

TEST_F(Stages, APortThatAnswersOverrulesTheRouterWhileTheHostIsScanned) {
  const auto router = address("198.18.0.254");
  network.answer = [&](const SentFrame& frame) {
    if (frame.tcp()->destination == net::Port{23}) return Replies{};
    return Replies{prohibited_by(router, frame, 1ms, 63), open_answer(frame, 2ms)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22, 23}), 1)));
  ASSERT_EQ(sink.hosts.at(0).ports.size(), 2U);
  const auto& port = sink.hosts[0].ports[0];
  EXPECT_EQ(port.state, PortState::open);
  EXPECT_EQ(port.reason, Reason::syn_ack);
  EXPECT_EQ(port.reason_ttl, 64);
  EXPECT_EQ(port.reason_address, std::nullopt);
  EXPECT_EQ(sink.open.size(), 1U);
}

TEST_F(Stages, ARouterDoesNotOverruleThePort) {
  const auto router = address("198.18.0.254");
  network.answer = [&](const SentFrame& frame) {
    if (frame.tcp()->destination == net::Port{23}) return Replies{};
    return Replies{open_answer(frame, 1ms), prohibited_by(router, frame, 2ms, 63)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22, 23}), 1)));
  EXPECT_EQ(sink.hosts.at(0).ports.at(0).state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[0].reason_ttl, 64);
}

TEST_F(Stages, WhoeverElseAnswersForAPortIsNamed) {
  const auto router = address("198.18.0.254");
  network.answer = [&](const SentFrame& frame) { return Replies{prohibited_by(router, frame, 1ms, 63)}; };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22}), 1)));
  EXPECT_EQ(sink.hosts.at(0).ports.at(0).reason_address, router);
  EXPECT_EQ(sink.hosts[0].ports[0].reason_ttl, 63);
}

// Another program on this machine has just asked the same neighbour.
TEST_F(Stages, ANeighbourThatAnswersBeforeItWasAskedIsThere) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); };
  all_ports_are(open_answer);
  Bytes reply(wire::longest_packet);
  reply.resize(wire::build_arp_reply({{2, 0, 0, 0, 0, 9}}, address("198.18.0.9"), {{2, 0, 0, 0, 0, 1}},
                                     address("198.18.0.1"), reply));
  network.arrives({net::EtherType::arp, std::move(reply), 0ms});
  const auto finished = run(plan_for({"198.18.0.9"}, ports({80}), 1));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->hosts_up, 1U);
  EXPECT_EQ(finished->never_asked, 0U);
  EXPECT_EQ(sink.open.size(), 1U);
}
TEST_F(Stages, AReportThatFailsEndsTheScan) {
  all_ports_are(open_answer);
  sink.refuses_open = Error{Errc::io, "the disk is full"};
  const auto finished = run_to_its_end(plan_for({"198.18.0.9"}, ports(1, 5'000), 1));
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.error, "the disk is full");
  EXPECT_LT(network.sent.size(), 5'000U) << "at once";
  EXPECT_EQ(finished.probes_sent, network.sent.size());
}

TEST_F(Stages, WhatWasDoneBeforeTheLinkFailedIsToldAndCounted) {
  all_ports_are(closed_answer);
  network.breaks = [this] {
    return network.sent.size() > 300 ? std::optional{Error{Errc::io, "the link is gone"}} : std::nullopt;
  };
  plan::Plan plan = plan_for({"198.18.0.8-9"}, ports(1, 500), 1);
  plan.timing.max_rate = 1'000;
  plan.discovery = plan::DiscoveryPolicy::never;
  const auto finished = run_to_its_end(plan);
  EXPECT_FALSE(finished.success);
  EXPECT_FALSE(finished.interrupted);
  EXPECT_EQ(finished.error, "the link is gone");
  EXPECT_EQ(finished.probes_sent, network.sent.size());
  EXPECT_GT(finished.answers_seen, 100U);
  EXPECT_EQ(finished.hosts_total, sink.hosts.size());
  ASSERT_EQ(sink.hosts.size(), 2U);
  std::size_t told = 0;
  for (const model::HostRecord& host : sink.hosts) {
    EXPECT_TRUE(host.interrupted);
    for (const auto& [port, state] : test::table_of(host).ports) {
      EXPECT_EQ(state.state, PortState::closed) << port;
      ++told;
    }
  }
  EXPECT_GT(told, 100U);
  EXPECT_LE(told + finished.never_asked, 1'000U);
}

TEST_F(Stages, PortsAreAskedInTheirOrderWhereThatIsWanted) {
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 100), 1);
  plan.timing.max_retries = 0;
  plan.sequential_ports = true;
  ASSERT_TRUE(run(plan));
  EXPECT_TRUE(std::ranges::is_sorted(ports_asked()));
}

TEST_F(Stages, TheOrderOfPortsFollowsFromTheSeedAndDiffersFromHostToHost) {
  const auto order = [&](std::uint64_t seed, const std::string& target) {
    network.sent.clear();
    plan::Plan plan = plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 100), seed);
    plan.timing.max_retries = 0;
    EXPECT_TRUE(run(plan));
    std::erase_if(network.sent, [&](const SentFrame& frame) { return frame.target() != address(target); });
    return ports_asked();
  };
  const auto once = order(1, "198.18.0.8");
  EXPECT_EQ(once.size(), 100U);
  EXPECT_FALSE(std::ranges::is_sorted(once));
  EXPECT_EQ(once, order(1, "198.18.0.8"));
  EXPECT_NE(once, order(2, "198.18.0.8"));
  EXPECT_NE(once, order(1, "198.18.0.9"));
}

TEST_F(Stages, EveryAttemptHasAPortAndANumberOfItsOwn) {
  plan::Plan plan = plan_for({"198.18.0.9"}, ports({80}), 1);
  ASSERT_TRUE(run(plan));
  ASSERT_EQ(network.sent.size(), 2U);
  EXPECT_NE(network.sent[0].tcp()->source, network.sent[1].tcp()->source);
  EXPECT_NE(network.sent[0].tcp()->sequence, network.sent[1].tcp()->sequence);
}

TEST_F(Stages, TheCookieDependsOnBothEndsAndOnTheSeed) {
  const auto cookie = [&](const char* from, const std::string& to, std::uint64_t seed) {
    network.way = [=](const net::IpAddress& target) -> Result<net::Path> {
      net::Path path = ScriptedNetwork::path(tunnel, target);
      path.source = address(from);
      return path;
    };
    network.sent.clear();
    EXPECT_TRUE(run(plan_for({to}, ports({80}), seed)));
    return network.sent.at(0).tcp()->sequence;
  };
  const auto first = cookie("198.18.0.1", "198.18.0.9", 1);
  EXPECT_EQ(first, cookie("198.18.0.1", "198.18.0.9", 1));
  EXPECT_NE(first, cookie("198.18.0.2", "198.18.0.9", 1));
  EXPECT_NE(first, cookie("198.18.0.1", "198.18.0.8", 1));
  EXPECT_NE(first, cookie("198.18.0.1", "198.18.0.9", 2));
}

TEST_F(Stages, ALinkThatTakesNothingForAWhileIsNoSilence) {
  all_ports_are(closed_answer, 300ms);
  network.takes = [](std::size_t frames, Instant now) {
    return now < Instant{5s} ? 0 : std::min<std::size_t>(frames, 3);
  };
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 20), 1);
  plan.timing.max_retries = 0;
  plan.timing.min_rate = 100'000;  // all of them stand in the outbox at once
  const auto finished = run(plan);
  for (const auto& port : sink.hosts.at(0).ports) EXPECT_EQ(port.state, PortState::closed) << port.port.value();
  EXPECT_EQ(finished->probes_sent, 20U);
  EXPECT_EQ(finished->answers_seen, 20U);
}

TEST_F(Stages, WhereEveryPortAnsweredNoneWasMissed) {
  all_ports_are(open_answer);
  const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 100), 1));
  EXPECT_EQ(finished->expected_missed_open, 0);
}

TEST_F(Stages, APoliteScanKeepsItsDelayOverAllHosts) {
  all_ports_are(closed_answer);
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 5), 1, 2)));
  ASSERT_GE(network.sent.size(), 10U);
  for (std::size_t i = 1; i < network.sent.size(); ++i) {
    EXPECT_GE(network.sent[i].at - network.sent[i - 1].at, 399ms) << i;
  }
}

TEST_F(Stages, AnAnswerStampedBeforeItsQuestionTookNoTime) {
  all_ports_are(closed_answer, -1ms);
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports(1, 10), 1)));
  ASSERT_TRUE(sink.hosts.at(0).round_trip);
  EXPECT_EQ(sink.hosts[0].round_trip->smoothed, 0ns);
}

TEST_F(Stages, NoTimeLeftIsToldBeforeAnythingIsKnown) {
  all_ports_are(closed_answer);
  wishes.wants_progress = true;
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports(1, 2'000), 1)));
  ASSERT_FALSE(sink.progress.empty());
  for (const auto& progress : sink.progress) EXPECT_EQ(progress.remaining.has_value(), progress.fraction > 0.01);
}

// ---- stopping -----------------------------------------------------------------------------------

TEST_F(Stages, AStopBeforeThePortsTellsHostsThatAreUpAsCutShortAndOthersNotAtAll) {
  network.way = [](const net::IpAddress& target) {
    return ScriptedNetwork::path(target == address("198.18.4.2") ? net::Path::Kind::local : tunnel, target);
  };
  wishes.stop_after = 1;  // the block has begun
  const auto finished = run(plan_for({"198.18.4.0/30"}, ports(1, 10), 1));
  ASSERT_TRUE(finished);
  EXPECT_TRUE(finished->interrupted);
  ASSERT_EQ(sink.hosts.size(), 1U);
  EXPECT_EQ(sink.hosts[0].address, address("198.18.4.2"));
  EXPECT_TRUE(sink.hosts[0].interrupted);
  EXPECT_FALSE(sink.hosts[0].port_scanned);
}

}  // namespace
}  // namespace portolan::test
