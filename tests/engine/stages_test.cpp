// What the steps of a scan do at their turns: ways, neighbours, gateways, names, ports, telling.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "probe/registry.h"
#include "tests/engine/scan_world.h"
#include "tests/engine/scripted_network.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::HostState;
using model::PortState;
using model::Reason;
using test::address;
using test::plan_for;
using test::ports;
using test::Reply;
using test::ScriptedNetwork;
using test::SentFrame;
using Replies = std::vector<Reply>;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using model::RemarkCode;
constexpr auto ethernet = net::Path::Kind::ethernet;
constexpr auto tunnel = net::Path::Kind::kernel;
const net::Mac gateway_mac{{2, 0, 0, 0, 0, 99}};

std::vector<model::Remark> one(RemarkCode code, std::string value) { return {{code, {std::move(value)}}}; }

// Tells what it hears, refuses what it is told to, and keeps the rest.
class RecordingSink final : public test::Collect {
 public:
  std::optional<Error> refuses_open;
  std::vector<model::Remark> remarks;
  std::vector<model::Progress> progress;

  Result<void> on(const model::Event& event) override {
    if (std::holds_alternative<model::OpenPort>(event) && refuses_open) return fail(*refuses_open);
    if (const auto* remark = std::get_if<model::Remark>(&event)) remarks.push_back(*remark);
    if (const auto* told = std::get_if<model::Progress>(&event)) progress.push_back(*told);
    return Collect::on(event);
  }
};

// Names that come at a moment of the clock; at none they never do.
class LateNames final : public engine::NameSource {
 public:
  LateNames(const engine::Clock& clock, std::optional<Instant> known_at) : clock_{clock}, known_at_{known_at} {}
  void ask(const net::IpAddress& asked_for) override { asked.push_back(to_string(asked_for)); }
  std::optional<std::string> answer(const net::IpAddress&) override {
    if (!known_at_ || clock_.now() < *known_at_) return std::nullopt;
    return "named.test";
  }
  std::vector<std::string> asked;

 private:
  const engine::Clock& clock_;
  std::optional<Instant> known_at_;
};

struct Wishes final : engine::UserControl {
  explicit Wishes(const engine::Clock& of) : clock{of} {}
  bool stop_requested() override { return ++looks > stop_after || (stop_at && clock.now() >= *stop_at); }
  bool progress_due() override { return wants_progress; }
  const engine::Clock& clock;
  std::optional<Instant> stop_at;
  std::uint64_t stop_after = UINT64_MAX;  // looks
  std::uint64_t looks = 0;
  bool wants_progress = false;
};

class Stages : public testing::Test {
 protected:
  ScriptedNetwork network;
  RecordingSink sink;
  Wishes wishes{network};
  std::unique_ptr<LateNames> names;

  Result<model::ScanFinished> run(const plan::Plan& plan) {
    static const auto services = catalog::Services::parse("").value();
    static const catalog::Vendors vendors;
    const engine::World world{
        network, network, network, 40'000, services, vendors, names.get(), &wishes, std::chrono::system_clock::now};
    return engine::run_scan(plan, world, sink);
  }
  // What all ports answer.
  void all_ports_are(Reply (*answer)(const SentFrame&, Duration), Duration after = 1ms) {
    network.answer = [=](const SentFrame& frame) { return frame.tcp() ? Replies{answer(frame, after)} : Replies{}; };
  }
  void never_names() { names = std::make_unique<LateNames>(network, std::nullopt); }
  void names_at(Duration after) { names = std::make_unique<LateNames>(network, network.now() + after); }

  [[nodiscard]] std::size_t arp_requests() const {
    return static_cast<std::size_t>(std::ranges::count(network.sent, net::EtherType::arp, &SentFrame::type));
  }
  [[nodiscard]] std::vector<std::uint16_t> ports_asked() const {
    std::vector<std::uint16_t> asked;
    for (const auto& frame : network.sent) {
      if (const auto tcp = frame.tcp()) asked.push_back(tcp->destination.value());
    }
    return asked;
  }
};

plan::Plan ping_plan(const std::vector<std::string>& targets) {
  plan::Plan plan = plan_for(targets, {}, 1);
  plan.depth = plan::ScanDepth::ping;
  return plan;
}

// ---- ways, gateways, neighbours -----------------------------------------------------------------

Result<net::Path> behind_gateway(const net::IpAddress& target) {
  net::Path path = ScriptedNetwork::path(ethernet, target);
  path.on_link = false;
  path.next_hop = address("198.18.0.99");
  return path;
}

// ---- which link has answered ----------------------------------------------------------------------

constexpr std::uint32_t other_link = 7;

Reply over_another_link(Reply reply) {
  reply.interface = other_link;
  return reply;
}

Reply echo_reply(const SentFrame& frame, Duration after) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  test::Bytes bytes(wire::longest_packet);
  bytes.resize(probe::icmp_echo.answer({.packet = *packet, .open = false, .mac = {}}, bytes));
  return {frame.type, std::move(bytes), after};
}

bool is_arp(const SentFrame& frame) { return frame.type == net::EtherType::arp; }

Result<net::Path> on_the_link(const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); }

TEST_F(Stages, ANeighbourAnswersOverItsOwnLinkOnly) {
  network.way = on_the_link;
  for (const bool own_link : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (!is_arp(frame)) return Replies{};
      const Reply reply = test::arp_answer(frame, gateway_mac, 1ms);
      return Replies{own_link ? reply : over_another_link(reply)};
    };
    sink.hosts.clear();
    ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, own_link ? HostState::up : HostState::down);
    EXPECT_EQ(sink.hosts[0].mac.has_value(), own_link);
  }
}

TEST_F(Stages, AGatewayAnswersOverItsOwnLinkOnly) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    return is_arp(frame) ? Replies{over_another_link(test::arp_answer(frame, gateway_mac, 1ms))} : Replies{};
  };
  ASSERT_TRUE(run(plan_for({"198.18.4.9"}, ports({80}), 1)));
  EXPECT_TRUE(ports_asked().empty()) << "nothing is sent to whoever answered";
}

TEST_F(Stages, APingOfANeighbourIsNotAnsweredOverAnotherLink) {
  network.way = on_the_link;
  for (const bool own_link : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (is_arp(frame)) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
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

TEST_F(Stages, WhatForbidsANeighboursPortOverAnotherLinkDoesNotCount) {
  network.way = on_the_link;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
    if (!frame.tcp()) return Replies{};
    if (frame.tcp()->destination == net::Port{80}) return Replies{over_another_link(test::open_answer(frame, 3ms))};
    return Replies{over_another_link(test::prohibited_by(address("198.18.0.9"), frame, 1ms))};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({80, 81}), 1)));
  ASSERT_EQ(sink.hosts.size(), 1U);
  const auto table = test::table_of(sink.hosts[0]).ports;
  EXPECT_EQ(table.at(80).state, PortState::open) << "the cookie proves that the question has arrived";
  EXPECT_EQ(table.at(81).reason, Reason::no_response);
}

TEST_F(Stages, WhatForbidsAPortBehindAGatewayMayComeOverAnyLink) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
    if (!frame.tcp()) return Replies{};
    return Replies{over_another_link(test::prohibited_by(address("198.18.9.9"), frame, 1ms))};
  };
  ASSERT_TRUE(run(plan_for({"198.18.4.9"}, ports({81}), 1)));
  ASSERT_EQ(sink.hosts.size(), 1U);
  EXPECT_EQ(test::table_of(sink.hosts[0]).ports.at(81).reason, Reason::admin_prohibited);
}

TEST_F(Stages, WhatANeighbourTellsEverybodyIsASignOfLifeAndNoRoundTrip) {
  network.way = on_the_link;
  for (const bool to_everybody : {true, false}) {
    network.answer = [=](const SentFrame& frame) {
      if (!is_arp(frame)) return Replies{};
      Reply reply = test::arp_answer(frame, gateway_mac, 1ms);
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

TEST_F(Stages, WhatTheKernelSendsNeedsNoGatewayOfOurs) {
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    return sent_by_kernel(*behind_gateway(target), net::Path::ByKernel::filter);
  };
  all_ports_are(test::open_answer);
  ASSERT_TRUE(run(plan_for({"198.18.4.0/30"}, ports({80}), 1)));
  EXPECT_EQ(arp_requests(), 0U);
  EXPECT_EQ(sink.open.size(), 4U);
  ASSERT_EQ(sink.remarks.size(), 1U) << "once for each reason";
  EXPECT_EQ(sink.remarks[0].code, RemarkCode::sent_by_kernel);
  EXPECT_EQ(sink.remarks[0].text(0), "filter");
}

TEST_F(Stages, NeighboursAreAskedWhereAFilterMayBeAboutTheirPackets) {
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    return sent_by_kernel(*on_the_link(target), net::Path::ByKernel::filter);
  };
  network.answer = [](const SentFrame& frame) {
    return is_arp(frame) ? Replies{test::arp_answer(frame, gateway_mac, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(ping_plan({"198.18.0.9"})));
  ASSERT_EQ(sink.hosts.size(), 1U);
  EXPECT_EQ(sink.hosts[0].reason, Reason::arp_response);
}

TEST_F(Stages, AConnectScanAsksNoLinkOnlyToReachIt) {
  for (const auto way : {behind_gateway, on_the_link}) {
    network.way = way;
    network.sent.clear();
    sink.hosts.clear();
    all_ports_are(test::open_answer);
    plan::Plan plan = plan_for({"198.18.0.9"}, ports({80}), 1);
    plan.techniques[0].name = "tcp-connect";
    ASSERT_TRUE(run(plan));
    EXPECT_EQ(arp_requests(), 0U);
    EXPECT_EQ(ports_asked(), std::vector<std::uint16_t>{80});
    ASSERT_EQ(sink.hosts.size(), 1U);
    EXPECT_EQ(sink.hosts[0].state, HostState::up);
  }
}

TEST_F(Stages, AConnectScanOfAWholeLinkFindsItsHostsByAsking) {
  network.way = on_the_link;
  network.answer = [](const SentFrame& frame) {
    if (is_arp(frame)) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
  };
  plan::Plan plan = plan_for({"198.18.0.8/30"}, ports({80}), 1);
  plan.techniques[0].name = "tcp-connect";
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(arp_requests(), 4U);
  EXPECT_EQ(sink.remarks, std::vector<model::Remark>{});
}

TEST_F(Stages, ABroadcastAddressOfARangeIsDownWithoutARemark) {
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

TEST_F(Stages, AGatewayThatIsNotKnownIsAskedForOnceAndUsedByAllBlocks) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    if (frame.type == net::EtherType::arp) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() ? Replies{test::closed_answer(frame, 2ms)} : Replies{};
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
    if (frame.type == net::EtherType::arp)
      return Replies{test::arp_answer(frame, gateway_mac, Instant{10ms} - frame.at)};
    return frame.tcp() ? Replies{test::closed_answer(frame, 2ms)} : Replies{};
  };
  plan::Plan plan = ping_plan({"198.18.4.1", "198.18.0.99"});
  plan.timing.max_retries = 0;
  const auto finished = run(plan);
  EXPECT_EQ(finished->hosts_up, 2U);
}

TEST_F(Stages, ManyHostsThatAnswerAtOnceAreAllLetIn) {
  all_ports_are(test::closed_answer, 10us);
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
  ASSERT_TRUE(engine::run_scan(plan, world, sink));
  ASSERT_EQ(sink.hosts.size(), 16U);
  for (const auto& host : sink.hosts) EXPECT_EQ(host.names.size(), 1U) << to_string(host.address);
}

TEST_F(Stages, AGatewayIsRememberedFromBlockToBlock) {
  network.way = behind_gateway;
  network.answer = [](const SentFrame& frame) {
    return frame.type == net::EtherType::arp ? Replies{test::arp_answer(frame, gateway_mac, 1ms)} : Replies{};
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
    if (frame.type == net::EtherType::arp) return Replies{test::arp_answer(frame, gateway_mac, 1ms)};
    return frame.tcp() && frame.tcp()->syn ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
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
    return frame.tcp() && frame.tcp()->syn ? Replies{test::prohibited_by(address("198.18.0.254"), frame, 1ms)}
                                           : Replies{};
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
    return Replies{frame.interface == 3 ? test::open_answer(frame, 1ms) : test::closed_answer(frame, 1ms)};
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
    return first ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
  };
  names_at(300ms);
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 10), 1)));
  ASSERT_EQ(sink.hosts.at(0).address, address("198.18.0.8"));
  ASSERT_EQ(sink.hosts[0].names.size(), 1U);
  EXPECT_EQ(sink.hosts[0].names[0].name, "named.test");
  EXPECT_EQ(sink.hosts[0].names[0].kind, model::HostName::Kind::ptr);
}

TEST_F(Stages, NamesAreWaitedForHoweverLateTheyCome) {
  all_ports_are(test::closed_answer);
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
    return frame.tcp() ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.0/28"}, ports(1, 10), 1)));
  EXPECT_LT(last_asked - Instant{}, 30s);
}

TEST_F(Stages, NobodyWaitsForNamesAfterAStopRequest) {
  all_ports_are(test::closed_answer);
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
    return up ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
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
    return Replies{test::prohibited_by(router, frame, 1ms, 63), test::open_answer(frame, 2ms)};
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
    return Replies{test::open_answer(frame, 1ms), test::prohibited_by(router, frame, 2ms, 63)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22, 23}), 1)));
  EXPECT_EQ(sink.hosts.at(0).ports.at(0).state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[0].reason_ttl, 64);
}

TEST_F(Stages, WhoeverElseAnswersForAPortIsNamed) {
  const auto router = address("198.18.0.254");
  network.answer = [&](const SentFrame& frame) { return Replies{test::prohibited_by(router, frame, 1ms, 63)}; };
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22}), 1)));
  EXPECT_EQ(sink.hosts.at(0).ports.at(0).reason_address, router);
  EXPECT_EQ(sink.hosts[0].ports[0].reason_ttl, 63);
}

// Another program on this machine has just asked the same neighbour.
TEST_F(Stages, ANeighbourThatAnswersBeforeItWasAskedIsThere) {
  network.way = [](const net::IpAddress& target) { return ScriptedNetwork::path(ethernet, target); };
  all_ports_are(test::open_answer);
  test::Bytes reply(wire::longest_packet);
  reply.resize(wire::build_arp_reply({{2, 0, 0, 0, 0, 9}}, address("198.18.0.9"), {{2, 0, 0, 0, 0, 1}},
                                     address("198.18.0.1"), reply));
  network.arrives({net::EtherType::arp, std::move(reply), 0ms});
  const auto finished = run(plan_for({"198.18.0.9"}, ports({80}), 1));
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->hosts_up, 1U);
  EXPECT_EQ(finished->never_asked, 0U);
  EXPECT_EQ(sink.open.size(), 1U);
}

TEST_F(Stages, ALateAnswerCountsWhileOthersAreAtWork) {
  network.answer = [](const SentFrame& frame) {
    const bool first_port = frame.tcp()->destination == net::Port{1};
    // The other host keeps the scan going for a second, long after the first one's silence was judged.
    if (frame.target() != address("198.18.0.8")) {
      return first_port ? Replies{test::closed_answer(frame, 700ms)} : Replies{};
    }
    return Replies{test::open_answer(frame, first_port ? 1ms : 800ms)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports({1, 2}), 1)));
  ASSERT_EQ(sink.hosts.at(0).ports.size(), 2U);
  EXPECT_EQ(sink.hosts[0].ports[0].state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[1].state, PortState::open);
  EXPECT_EQ(sink.open.size(), 2U);
}

TEST_F(Stages, AnAnswerThatComesWhenItsHostHasBeenToldIsTooLate) {
  network.answer = [](const SentFrame& frame) {
    const bool first_port = frame.tcp()->destination == net::Port{1};
    // The other host keeps the scan going for many seconds and lets the first be told meanwhile.
    if (frame.target() != address("198.18.0.8")) {
      return first_port ? Replies{test::closed_answer(frame, 900ms)} : Replies{};
    }
    return Replies{test::open_answer(frame, first_port ? 1ms : 5s)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports({1, 2}), 1)));
  ASSERT_EQ(sink.hosts.at(0).ports.size(), 2U);
  EXPECT_EQ(sink.hosts[0].ports[0].state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[1].state, PortState::filtered);
  EXPECT_EQ(sink.open.size(), 1U) << "a port of a host that was told already";
}

TEST_F(Stages, AReportThatFailsEndsTheScan) {
  all_ports_are(test::open_answer);
  sink.refuses_open = Error{Errc::io, "the disk is full"};
  const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 5'000), 1));
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "the disk is full");
  EXPECT_LT(network.sent.size(), 5'000U) << "at once";
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
  all_ports_are(test::closed_answer, 300ms);
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
  all_ports_are(test::open_answer);
  const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 100), 1));
  EXPECT_EQ(finished->expected_missed_open, 0);
}

TEST_F(Stages, APoliteScanKeepsItsDelayOverAllHosts) {
  all_ports_are(test::closed_answer);
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports(1, 5), 1, 2)));
  ASSERT_GE(network.sent.size(), 10U);
  for (std::size_t i = 1; i < network.sent.size(); ++i) {
    EXPECT_GE(network.sent[i].at - network.sent[i - 1].at, 399ms) << i;
  }
}

TEST_F(Stages, AnAnswerStampedBeforeItsQuestionTookNoTime) {
  all_ports_are(test::closed_answer, -1ms);
  ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports(1, 10), 1)));
  ASSERT_TRUE(sink.hosts.at(0).round_trip);
  EXPECT_EQ(sink.hosts[0].round_trip->smoothed, 0ns);
}

TEST_F(Stages, NoTimeLeftIsToldBeforeAnythingIsKnown) {
  all_ports_are(test::closed_answer);
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
}  // namespace portolan
