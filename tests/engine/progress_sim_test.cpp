// What a scan tells of itself while it goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <variant>
#include <vector>

#include "tests/engine/scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::plan_for;
using test::ports;

struct Watched {
  std::vector<model::Progress> told;
  model::ScanFinished finished;
};

// A scan whose progress is told at every occasion.
Watched watch(const plan::Plan& plan, sim::Network& network) {
  struct AlwaysDue : engine::UserControl {
    bool stop_requested() override { return false; }
    bool progress_due() override { return true; }
  } control;
  struct Watch : test::Collect {
    Result<void> on(const model::Event& event) override {
      if (const auto* progress = std::get_if<model::Progress>(&event)) told.push_back(*progress);
      return Collect::on(event);
    }
    std::vector<model::Progress> told;
  } sink;
  const auto services = catalog::Services::parse("").value();
  const catalog::Vendors vendors;
  const engine::World world{
      network, network, network, 40'000, services, vendors, nullptr, &control, std::chrono::system_clock::now};
  const auto finished = engine::run_scan(plan, world, sink);
  EXPECT_TRUE(finished.success) << finished.error;
  return {sink.told, finished};
}

TEST(ProgressSim, TheTimeLeftIsTrueWhereHostsAreAlike) {
  sim::Network network{1, {.delay = 5ms}};
  for (unsigned i = 1; i < 255; ++i) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
  plan::Plan plan = plan_for({"198.18.0.0/24"}, ports(1, 200), 1);
  plan.timing.max_rate = 5'000;
  const auto [told, finished] = watch(plan, network);
  std::size_t compared = 0;
  for (const auto& progress : told) {
    if (progress.task.name != "tcp-syn" || progress.fraction < 0.2) continue;
    ++compared;
    const double left = seconds_of(finished.elapsed - progress.elapsed);
    EXPECT_GE(seconds_of(*progress.remaining), 0.7 * left - 1) << seconds_of(progress.elapsed);
    EXPECT_LE(seconds_of(*progress.remaining), 1.3 * left + 1) << seconds_of(progress.elapsed);
  }
  EXPECT_GT(compared, 100U);
}

// Six errors at once, then one a second: the first pass takes no time, and the second one a minute and a half.
TEST(ProgressSim, TheTimeLeftIsThatOfAHostsLimitOnItsErrors) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open_udp = ports({53}), .errors = {.rate = 1, .burst = 6}});
  plan::Plan plan = plan_for({"198.18.0.9"}, {}, 1);
  plan.techniques = {{"udp", ports(1, 100)}};
  const auto [told, finished] = watch(plan, network);
  ASSERT_GT(finished.elapsed, 60s);
  std::size_t compared = 0;
  for (const auto& progress : told) {
    if (progress.task.name != "udp" || progress.elapsed < 15s) continue;  // until the limit is known
    ++compared;
    const double left = seconds_of(finished.elapsed - progress.elapsed);
    ASSERT_TRUE(progress.remaining.has_value());
    EXPECT_GE(seconds_of(*progress.remaining), 0.7 * left - 5) << seconds_of(progress.elapsed);
    EXPECT_LE(seconds_of(*progress.remaining), 1.3 * left + 5) << seconds_of(progress.elapsed);
  }
  EXPECT_GT(compared, 100U);
}

TEST(ProgressSim, ProgressGoesOnWhileSilentPortsAreAskedAgain) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({1}), .dropped = ports(2, 1'000)});
  plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 1'000), 1);
  plan.timing.max_rate = 150;
  const auto [told, finished] = watch(plan, network);
  ASSERT_GT(finished.elapsed, 13s) << "two walks over nearly all of them";
  double before = 0;
  Duration since{};
  Duration longest{};
  for (const auto& progress : told) {
    if (progress.task.name != "tcp-syn") continue;
    EXPECT_GE(progress.fraction, before);
    if (progress.fraction > before) since = progress.elapsed;
    longest = std::max(longest, progress.elapsed - since);
    before = progress.fraction;
  }
  EXPECT_LT(longest, 2s) << "but for the wait between them";
  EXPECT_LT(before, 1);
}

TEST(ProgressSim, HostsThatAnswerOnEveryPortAreAskedFewAtATime) {
  sim::Network network{1, {}};
  for (unsigned i = 0; i < 400; ++i) {
    network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports(1, 65535)});
  }
  plan::Plan plan = plan_for({"198.18.0.0/23"}, ports(1, 65535), 1);
  plan.timing.host_timeout = 1s;
  plan.timing.max_rate = 100'000;
  const auto [told, finished] = watch(plan, network);
  for (const auto& progress : told) {
    if (progress.task.name != "tcp-syn") continue;
    EXPECT_LE(progress.hosts_active, 256U);
  }
  EXPECT_EQ(finished.hosts_up, 400U);
}

}  // namespace
}  // namespace portolan
