// A link that is lost in mid-scan: its hosts are not asked any more, and nothing is made of that.
#include "engine/lost_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/scan_world.h"
#include "tests/engine/scripted_network.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::HostState;
using model::PortState;
using test::address;
using test::plan_for;
using test::ports;
using test::Reply;
using test::ScriptedNetwork;
using test::SentFrame;
using Replies = std::vector<Reply>;
using testing::HasSubstr;
using testing::IsEmpty;

const net::Mac neighbour_mac{{2, 0, 0, 0, 0, 7}};

class LostLink : public testing::Test {
 protected:
  void SetUp() override {
    began = network.now();
    network.answer = [](const SentFrame& frame) {
      if (frame.type == net::EtherType::arp) return Replies{test::arp_answer(frame, neighbour_mac, 1ms)};
      return frame.tcp() ? Replies{test::closed_answer(frame, 1ms)} : Replies{};
    };
  }

  [[nodiscard]] Duration passed() const { return network.now() - began; }
  [[nodiscard]] bool is_down() const { return passed() >= goes && passed() < comes_back; }

  // The link goes after so long: nothing leaves through it, and no way is left to the hosts for which `lost`.
  void lose(const std::function<bool(const net::IpAddress&)>& lost,
            const std::function<net::Path(const net::IpAddress&)>& way) {
    network.refuses = [=, this](const engine::Shot& shot) {
      return is_down() && lost(shot.attempt.target) ? std::optional<std::string>{"ENETDOWN"} : std::nullopt;
    };
    network.way = [=, this](const net::IpAddress& target) -> Result<net::Path> {
      if (is_down() && lost(target)) return fail({Errc::unreachable, "no route leads there", "ENETUNREACH", {}});
      return way(target);
    };
  }
  void lose_all() {
    lose([](const auto&) { return true; },
         [](const auto& target) { return ScriptedNetwork::path(net::Path::Kind::kernel, target); });
  }

  void scan(const plan::Plan& plan) {
    static const auto services = catalog::Services::parse("").value();
    static const catalog::Vendors vendors;
    const engine::World world{
        network, network, network, 40'000, services, vendors, nullptr, nullptr, std::chrono::system_clock::now};
    finished = engine::run_scan(plan, world, sink);
    expect_nothing_invented();
  }

  void expect_nothing_invented() const {
    for (const model::HostRecord& host : sink.hosts) {
      EXPECT_EQ(host.state, HostState::up) << net::to_string(host.address);
      for (const auto& [port, told] : test::table_of(host).ports) EXPECT_EQ(told.state, PortState::closed) << port;
    }
  }

  ScriptedNetwork network;
  test::Collect sink;
  model::ScanFinished finished;
  Instant began;
  Duration goes = 1s;
  Duration comes_back = 24h;
};

plan::Plan slow_plan(const std::vector<std::string>& targets, std::uint16_t port_count) {
  plan::Plan plan = plan_for(targets, ports(1, port_count), 1);
  plan.timing.max_rate = 20;
  plan.discovery = plan::DiscoveryPolicy::never;
  return plan;
}

TEST_F(LostLink, EndsTheScanOfAHostThatWouldTakeLong) {
  lose_all();
  scan(slow_plan({"198.18.0.2"}, 1'000));
  EXPECT_LT(passed(), goes + engine::LostLinks::patience + 1s);
  EXPECT_FALSE(finished.success);
  EXPECT_THAT(finished.error, HasSubstr("not everything was asked"));
  ASSERT_EQ(sink.hosts.size(), 1);
  const std::size_t told = test::table_of(sink.hosts[0]).ports.size();
  EXPECT_GT(told, 10);
  EXPECT_EQ(told + finished.never_asked, 1'000);
}

TEST_F(LostLink, ThatComesBackSoonCostsNothingButTime) {
  comes_back = goes + engine::LostLinks::patience / 2;
  lose_all();
  scan(slow_plan({"198.18.0.2"}, 200));
  EXPECT_TRUE(finished.success) << finished.error;
  ASSERT_EQ(sink.hosts.size(), 1);
  EXPECT_EQ(test::table_of(sink.hosts[0]).ports.size(), 200);
}

// A firewall refuses some packets; the routes are as they were.
TEST_F(LostLink, IsNoFirewall) {
  network.refuses = [](const engine::Shot& shot) {
    return shot.attempt.port.value() > 100 ? std::optional<std::string>{"EPERM"} : std::nullopt;
  };
  plan::Plan plan = slow_plan({"198.18.0.2"}, 200);
  plan.timing.max_rate = 20;
  scan(plan);
  EXPECT_FALSE(finished.success);
  ASSERT_EQ(sink.hosts.size(), 1);
  EXPECT_EQ(test::table_of(sink.hosts[0]).ports.size(), 100);
  EXPECT_EQ(finished.never_asked, 100);
}

TEST_F(LostLink, ConcernsItsOwnHostsOnly) {
  const auto is_other = [](const net::IpAddress& target) { return target == address("198.18.0.3"); };
  lose(is_other, [=](const net::IpAddress& target) {
    net::Path path = ScriptedNetwork::path(net::Path::Kind::kernel, target);
    if (is_other(target)) path.interface = 7;
    return path;
  });
  scan(slow_plan({"198.18.0.2", "198.18.0.3"}, 200));
  EXPECT_FALSE(finished.success);
  ASSERT_EQ(sink.hosts.size(), 2);
  for (const model::HostRecord& host : sink.hosts) {
    const std::size_t told = test::table_of(host).ports.size();
    if (is_other(host.address)) {
      EXPECT_LT(told, 200);
      EXPECT_EQ(told + finished.never_asked, 200);
    } else {
      EXPECT_EQ(told, 200);
    }
  }
}

// Neither those that are asked for their link-layer address when it goes, nor those that come later.
TEST_F(LostLink, MakesNoHostOfARangeDown) {
  lose([](const auto&) { return true; },
       [](const auto& target) { return ScriptedNetwork::path(net::Path::Kind::ethernet, target); });
  plan::Plan plan = plan_for({"198.18.0.0/22"}, {}, 1);
  plan.depth = plan::ScanDepth::ping;
  plan.timing.max_rate = 100;
  scan(plan);
  EXPECT_FALSE(finished.success);
  EXPECT_GT(sink.hosts.size(), 10);
  EXPECT_LT(sink.hosts.size(), 1'000);
  EXPECT_LT(passed(), goes + 2 * engine::LostLinks::patience);
}

TEST_F(LostLink, MakesNoGatewaySilent) {
  goes = 0s;
  lose([](const auto&) { return true; }, [](const auto& target) { return ScriptedNetwork::path({}, target); });
  network.way = [](const net::IpAddress& target) -> Result<net::Path> {
    net::Path path = ScriptedNetwork::path(net::Path::Kind::ethernet, target);
    path.on_link = false;
    path.next_hop = address("198.18.0.99");
    return path;
  };
  plan::Plan plan = plan_for({"203.0.113.0/29"}, ports({80}), 1);
  plan.discovery = plan::DiscoveryPolicy::never;
  scan(plan);
  EXPECT_THAT(sink.hosts, IsEmpty());
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.never_asked, 8);
}

// The kernel could not be asked for the way: that is not the same as no way.
TEST_F(LostLink, IsNotToldWhereRoutesCannotBeAsked) {
  network.way = [](const net::IpAddress&) -> Result<net::Path> {
    return fail({Errc::io, "cannot ask the kernel's routing tables: Cannot allocate memory", "ENOMEM", {}});
  };
  scan(slow_plan({"198.18.0.2"}, 3));
  EXPECT_THAT(sink.hosts, IsEmpty());
  EXPECT_FALSE(finished.success);
  EXPECT_THAT(finished.error, HasSubstr("not everything was asked: cannot ask the kernel's routing tables"));
  EXPECT_EQ(finished.never_asked, 3);
}

}  // namespace
}  // namespace portolan
