// Names whose addresses come while the scan runs, on a simulated network.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::RemarkCode;
using test::address;
using test::plan_for;
using test::ports;
using ::testing::ElementsAre;

// A name is answered at its moment, by an address, or by nothing where that is "".
class Book final : public engine::LateTargets {
 public:
  Book(const engine::Clock& clock, std::uint64_t known) : clock_{clock}, position_{known} {}
  void answer(Duration after, const std::string& text) { answers_.emplace(Instant{after}, text); }

  News take() override {
    News news;
    while (!answers_.empty() && answers_.begin()->first <= clock_.now()) {
      const auto first = answers_.extract(answers_.begin());
      const std::string& text = first.mapped();
      if (text.empty()) {
        news.remarks.push_back({RemarkCode::unresolved, {"", "nosuch", "no-such-name", "nosuch"}});
      } else {
        news.targets.push_back({address(text), "name-of-" + text, {}, true, position_++});
      }
    }
    return news;
  }
  [[nodiscard]] std::size_t pending() const override { return answers_.size(); }
  [[nodiscard]] model::Remark left_behind() const override {
    return {RemarkCode::names_pending, {std::uint64_t{pending()}, "one"}};
  }

 private:
  const engine::Clock& clock_;
  std::uint64_t position_;
  std::multimap<Instant, std::string> answers_;
};

// What was told of hosts and names, in its order, with its time.
class Diary final : public model::Sink {
 public:
  explicit Diary(const engine::Clock& clock) : clock_{clock} {}
  Result<void> on(const model::Event& event) override {
    if (const auto* host = std::get_if<model::HostRecord>(&event)) {
      note(net::to_string(host->address));
      hosts.push_back(*host);
    }
    const auto* remark = std::get_if<model::Remark>(&event);
    if (remark != nullptr && remark->code != RemarkCode::sent_by_kernel) note(std::string{kind_of(remark->code).name});
    if (const auto* task = std::get_if<model::TaskEnd>(&event)) ended.push_back(task->task);
    if (const auto* begun = std::get_if<model::TaskBegin>(&event)) began.push_back(begun->task.name);
    return {};
  }
  std::vector<std::string> words;
  std::vector<Instant> times;
  std::vector<model::HostRecord> hosts;
  std::vector<std::string> began;
  std::vector<model::TaskRecord> ended;

 private:
  void note(std::string what) {
    words.push_back(std::move(what));
    times.push_back(clock_.now());
  }
  const engine::Clock& clock_;
};

struct StopAt final : engine::UserControl {
  StopAt(const engine::Clock& of, Duration at) : clock{of}, when{at} {}
  bool stop_requested() override { return clock.now() > when; }
  bool progress_due() override { return false; }
  const engine::Clock& clock;
  Instant when;
};

model::ScanFinished scan(const plan::Plan& plan, sim::Network& network, Book& book, Diary& diary,
                         engine::UserControl* control = nullptr) {
  static const auto services = catalog::Services::parse("").value();
  static const auto vendors = catalog::Vendors{};
  const engine::World world{.link = network,
                            .clock = network,
                            .routes = network,
                            .tag_base = 40'000,
                            .services = services,
                            .vendors = vendors,
                            .control = control,
                            .wall_time = std::chrono::system_clock::now,
                            .late = &book};
  const auto finished = test::success_of(engine::run_scan(plan, world, diary));
  if (!finished) throw std::runtime_error(finished.error().message);
  return *finished;
}

TEST(LateTargetsSim, KnownOnesAreScannedMeanwhileAndAllAreToldAsTheyCome) {
  sim::Network network{1, {.delay = 1ms}};
  for (unsigned i = 1; i < 10; ++i) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
  const plan::Plan plan = plan_for({"198.18.0.1"}, ports({22, 80}), 1);
  Book book{network, plan.targets.size()};
  book.answer(20s, "198.18.0.2");
  book.answer(10s, "");
  book.answer(30s, "");
  book.answer(25s, "198.18.0.3");
  Diary diary{network};
  const auto finished = scan(plan, network, book, diary);
  EXPECT_THAT(diary.words, ElementsAre("198.18.0.1", "unresolved", "198.18.0.2", "198.18.0.3", "unresolved"));
  constexpr Duration soon = 5s;  // longer than the scan of one of these hosts may take
  for (const auto& [at, due] : {std::pair{0, 0s}, {1, 10s}, {2, 20s}, {3, 25s}, {4, 30s}}) {
    EXPECT_GE(diary.times[static_cast<std::size_t>(at)], Instant{due});
    EXPECT_LT(diary.times[static_cast<std::size_t>(at)], Instant{due + soon})
        << diary.words[static_cast<std::size_t>(at)];
  }
  EXPECT_EQ(finished.hosts_up, 3U);
  EXPECT_EQ(finished.hosts_total, 3U);
  EXPECT_FALSE(finished.interrupted);
  ASSERT_EQ(diary.hosts.size(), 3U);
  EXPECT_EQ(diary.hosts[1].position, 1U);
  EXPECT_EQ(diary.hosts[1].names.at(0).name, "name-of-198.18.0.2");
}

TEST(LateTargetsSim, TasksBeginAndEndOnce) {
  sim::Network network{1, {.delay = 1ms}};
  for (unsigned i = 1; i < 10; ++i) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
  const plan::Plan plan = plan_for({"198.18.0.1"}, ports({22, 80}), 1);
  Book book{network, plan.targets.size()};
  for (unsigned i = 2; i < 10; ++i) book.answer(Duration{10s} * i, net::to_string(net::IpAddress::v4(0xc6120000 + i)));
  Diary diary{network};
  scan(plan, network, book, diary);
  EXPECT_EQ(std::ranges::count(diary.began, "tcp-syn"), 1);
  const auto task = std::ranges::find(diary.ended, "tcp-syn", &model::TaskRecord::name);
  ASSERT_NE(task, diary.ended.end());
  EXPECT_EQ(task->hosts, 9U);
  EXPECT_EQ(diary.ended.size(), diary.began.size());
}

TEST(LateTargetsSim, AScanMayBeginWithoutAnyAndEndsWhenNoneCame) {
  sim::Network network{1, {.delay = 1ms}};
  const plan::Plan plan = plan_for({}, ports({22}), 1);
  Book book{network, 0};
  book.answer(10s, "");
  book.answer(20s, "");
  Diary diary{network};
  const auto finished = scan(plan, network, book, diary);
  EXPECT_THAT(diary.words, ElementsAre("unresolved", "unresolved"));
  EXPECT_EQ(finished.hosts_total, 0U);
  EXPECT_EQ(finished.probes_sent, 0U);
  EXPECT_EQ(network.now(), Instant{finished.elapsed});
  EXPECT_GE(network.now(), Instant{20s});
}

TEST(LateTargetsSim, ManyThatComeAtOnceHaveARecordEach) {
  for (const std::uint64_t seed : sim::seeds(5)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .loss = 0.05}};
    for (unsigned i = 0; i < 512; i += 2) network.add_host(net::IpAddress::v4(0xc6120000 + i), {.open = ports({22})});
    const plan::Plan plan = plan_for({"198.18.0.0/24"}, ports(20, 30), seed);
    Book book{network, plan.targets.size()};
    for (unsigned i = 0; i < 200; ++i) {
      book.answer(Duration{100ms} * (i % 7), net::to_string(net::IpAddress::v4(0xc6120100 + i)));
    }
    Diary diary{network};
    const auto finished = scan(plan, network, book, diary);
    EXPECT_EQ(finished.hosts_total, 456U);
    std::map<std::uint64_t, int> positions;
    for (const auto& host : diary.hosts) ++positions[host.position];
    ASSERT_EQ(positions.size(), 456U);
    EXPECT_EQ(positions.rbegin()->first, 455U);
  }
}

TEST(LateTargetsSim, DoNotWaitBehindALongSet) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("2001:db8::2"), {.open = ports({22})});
  plan::Plan plan = plan_for({"198.18.0.0/15"}, ports({22}), 1);
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.timing.max_rate = 1'000;
  plan.timing.max_retries = 0;
  Book book{network, plan.targets.size()};
  book.answer(1s, "2001:db8::2");
  Diary diary{network};
  StopAt control{network, 40s};  // a third of the time that all take
  scan(plan, network, book, diary, &control);
  const auto late = std::ranges::find(diary.hosts, address("2001:db8::2"), &model::HostRecord::address);
  ASSERT_NE(late, diary.hosts.end());
  EXPECT_FALSE(late->interrupted);
  EXPECT_EQ(late->ports.size(), 1U);
}

TEST(LateTargetsSim, ThatNeverCameAreToldByAnInterruptedScan) {
  sim::Network network{1, {.delay = 1ms}};
  network.add_host(address("198.18.0.1"), {.open = ports({22})});
  const plan::Plan plan = plan_for({"198.18.0.1"}, ports({22, 80}), 1);
  Book book{network, plan.targets.size()};
  for (int i = 0; i < 3; ++i) book.answer(1h, "198.18.0.2");
  book.answer(10s, "");
  Diary diary{network};
  StopAt control{network, 60s};
  const auto finished = scan(plan, network, book, diary, &control);
  EXPECT_THAT(diary.words, ElementsAre("198.18.0.1", "unresolved", "names-pending"));
  EXPECT_TRUE(finished.interrupted);
  EXPECT_EQ(finished.hosts_total, 1U);
  EXPECT_EQ(finished.never_asked, 3 * 2U) << "a name is one host at least";
  EXPECT_LT(network.now(), Instant{70s});
}

}  // namespace
}  // namespace portolan
