// Who answers on a link for an address that nobody can have.
#include "engine/absent_neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/stages.h"

namespace portolan::test {
namespace {

using model::HostState;
using model::Reason;
using model::RemarkCode;

TEST(AbsentAddress, IsTheFirstOfAnIpv4Network) {
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 24, 5), address("198.18.7.0"));
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 16, 5), address("198.18.0.0"));
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 30, 5), address("198.18.7.8"));
}

TEST(AbsentAddress, IsOneOfVeryManyOfAnIpv6Network) {
  EXPECT_EQ(engine::absent_address(address("2001:db8:7::9"), 64, 0x1234'0000'0000'5678),
            address("2001:db8:7::1234:0:0:5678"));
}

TEST(AbsentAddress, SmallAndUnknownNetworksHaveNone) {
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 31, 5), std::nullopt);
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 32, 5), std::nullopt);
  EXPECT_EQ(engine::absent_address(address("198.18.7.9"), 0, 5), std::nullopt);
  EXPECT_EQ(engine::absent_address(address("2001:db8:7::9"), 112, 5), std::nullopt);
}

std::optional<net::IpAddress> asked_by_arp(const SentFrame& frame) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  const auto* arp = packet ? std::get_if<wire::ArpRequest>(&packet->content) : nullptr;
  return arp == nullptr ? std::nullopt : std::optional{arp->target};
}

class AbsentNeighbour : public Stages {
 protected:
  // The machine at .99, which answers for everybody, and .7, which answers for itself. Both answer pings, as .20 does,
  // which is behind the first.
  void a_machine_answers_for_all(Duration for_the_absent = 1ms) {
    network.way = [](const net::IpAddress& target) {
      auto way = on_the_link(target);
      way->link_prefix = 24;
      return way;
    };
    network.answer = [=](const SentFrame& frame) {
      if (const auto asked = asked_by_arp(frame)) {
        const bool own = asked == address("198.18.0.7");
        const bool absent = asked == address("198.18.0.0");
        return Replies{arp_answer(frame, own ? own_mac : gateway_mac, absent ? for_the_absent : 2ms)};
      }
      const auto to = frame.target();
      const bool there = to == address("198.18.0.7") || to == address("198.18.0.20") || to == address("198.18.0.99");
      return frame.tcp() && there ? Replies{closed_answer(frame, 3ms)} : Replies{};
    };
  }
  [[nodiscard]] std::map<std::string, Reason> up() const {
    std::map<std::string, Reason> hosts;
    for (const auto& host : sink.hosts) {
      if (host.state == HostState::up) hosts[to_string(host.address)] = host.reason;
    }
    return hosts;
  }
  static constexpr net::Mac own_mac{{2, 0, 0, 0, 0, 7}};
};

TEST_F(AbsentNeighbour, WhoAnswersForItBringsNobodyUp) {
  a_machine_answers_for_all();
  const auto finished = run(ping_plan({"198.18.0.0/24"}));
  ASSERT_TRUE(finished);
  const std::map<std::string, Reason> wanted{
      {"198.18.0.7", Reason::arp_response}, {"198.18.0.20", Reason::reset}, {"198.18.0.99", Reason::reset}};
  EXPECT_EQ(up(), wanted);
  EXPECT_EQ(finished->hosts_up, 3U);
  ASSERT_EQ(sink.remarks.size(), 1U);
  EXPECT_EQ(sink.remarks[0], (model::Remark{RemarkCode::answers_for_all, {"02:00:00:00:00:63", "198.18.0.0", "arp"}}));
  for (const auto& host : sink.hosts) {
    if (host.state == HostState::down) {
      EXPECT_EQ(host.reason, Reason::no_response) << to_string(host.address);
    }
  }
}

// Linux answers so after up to 0.8 s (net.ipv4.neigh.*.proxy_delay): who has answered for several by then waits.
TEST_F(AbsentNeighbour, WhoseAnswerComesLateIsWaitedFor) {
  a_machine_answers_for_all(700ms);
  ASSERT_TRUE(run(ping_plan({"198.18.0.0/24"})));
  EXPECT_EQ(up().size(), 3U);
  EXPECT_EQ(sink.remarks.size(), 1U);
}

TEST_F(AbsentNeighbour, IsAskedForManySingleAddressesAsWell) {
  a_machine_answers_for_all();
  std::vector<std::string> targets;
  for (int i = 10; i < 30; ++i) targets.push_back("198.18.0." + std::to_string(i));
  ASSERT_TRUE(run(ping_plan(targets)));
  EXPECT_EQ(up(), (std::map<std::string, Reason>{{"198.18.0.20", Reason::reset}}));
}

// Older kernels take the first address of a network for a broadcast.
TEST_F(AbsentNeighbour, WhereItIsABroadcastWhoAnswersForVeryManyBringsNobodyUp) {
  a_machine_answers_for_all();
  const auto answers = network.answer;
  network.answer = [answers](const SentFrame& frame) {
    return asked_by_arp(frame) == address("198.18.0.0") ? Replies{} : answers(frame);
  };
  ASSERT_TRUE(run(ping_plan({"198.18.0.0/24"})));
  EXPECT_EQ(up().size(), 3U);
}

TEST_F(AbsentNeighbour, OfOneMachineWithSeveralAddressesAllAreUp) {
  a_machine_answers_for_all();
  network.answer = [](const SentFrame& frame) {
    const auto asked = asked_by_arp(frame);
    const bool there = asked && *asked >= address("198.18.0.20") && *asked < address("198.18.0.30");
    return there ? Replies{arp_answer(frame, gateway_mac, 2ms)} : Replies{};
  };
  const auto finished = run(ping_plan({"198.18.0.0/24"}));
  EXPECT_EQ(finished->hosts_up, 10U);
  EXPECT_TRUE(sink.remarks.empty());
}

TEST_F(AbsentNeighbour, IsAskedOnceAndOnlyForManyAddressesThatArpAloneBringsUp) {
  const auto absent_asked = [this] {
    return std::ranges::count_if(network.sent,
                                 [](const SentFrame& f) { return asked_by_arp(f) == address("198.18.0.0"); });
  };
  a_machine_answers_for_all();
  ASSERT_TRUE(run(ping_plan({"198.18.0.32/27", "198.18.0.64/26"})));
  EXPECT_EQ(absent_asked(), 1);
  plan::Plan excluding = ping_plan({});
  const auto no_names = [](std::string_view) -> Result<std::vector<net::IpAddress>> {
    return fail(Errc::unresolved, "");
  };
  ASSERT_TRUE(excluding.targets.exclude("198.18.0.0/28", {}, no_names, {}));
  ASSERT_TRUE(excluding.targets.add("198.18.0.32/27", {}, no_names, {}));
  for (const auto& few : {ping_plan({"198.18.0.32/29"}), excluding,
                          [] {
                            auto plan = ping_plan({"198.18.0.32/27"});
                            plan.arp_ping = false;
                            return plan;
                          }(),
                          plan_for({"198.18.0.32/27"}, ports({80}), 1)}) {
    plan::Plan plan = few;
    if (plan.depth == plan::ScanDepth::ports) plan.discovery = plan::DiscoveryPolicy::never;
    begin_anew();
    network.sent.clear();
    ASSERT_TRUE(run(plan));
    EXPECT_EQ(absent_asked(), 0);
  }
}

}  // namespace
}  // namespace portolan::test
