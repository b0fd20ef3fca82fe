#include "run/merged_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portolan::run {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Log final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    events.push_back(event);
    return {};
  }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const model::Event& event : events) {
      if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
    }
    return found;
  }
  std::vector<model::Event> events;
};

model::TaskRecord task(const std::string& name, std::size_t hosts) {
  model::TaskRecord record;
  record.name = name;
  record.hosts = hosts;
  return record;
}

model::Progress progress(double fraction, std::size_t hosts_done, Duration remaining) {
  model::Progress one;
  one.task = task("tcp-syn", 10);
  one.fraction = fraction;
  one.hosts_done = hosts_done;
  one.rate = 100;
  one.remaining = remaining;
  return one;
}

TEST(MergedEvents, ATaskBeginsWithTheFirstAndEndsWithTheLast) {
  Log log;
  MergedEvents merged{log, 3};
  ASSERT_TRUE(merged.on(0, model::TaskBegin{task("tcp-syn", 4)}));
  ASSERT_TRUE(merged.on(1, model::TaskBegin{task("tcp-syn", 5)}));
  ASSERT_TRUE(merged.on(0, model::TaskEnd{task("tcp-syn", 40)}));
  ASSERT_TRUE(merged.on(1, model::TaskEnd{task("tcp-syn", 50)}));
  EXPECT_THAT(log.all<model::TaskBegin>(), ElementsAre(model::TaskBegin{task("tcp-syn", 4)}));
  EXPECT_THAT(log.all<model::TaskEnd>(), IsEmpty()) << "the third may still begin";
  ASSERT_TRUE(merged.end(2, {}));
  EXPECT_THAT(log.all<model::TaskEnd>(), ElementsAre(model::TaskEnd{task("tcp-syn", 90)}));
  ASSERT_TRUE(merged.end(0, {}));
  ASSERT_TRUE(merged.end(1, {}));
  EXPECT_EQ(log.events.size(), 2U) << "each once";
}

TEST(MergedEvents, ProgressIsThatOfAllAndNoFurtherThanTheSlowest) {
  Log log;
  MergedEvents merged{log, 2};
  ASSERT_TRUE(merged.on(0, progress(0.5, 5, 10s)));
  EXPECT_THAT(log.events, IsEmpty()) << "the other has not said its own";
  ASSERT_TRUE(merged.on(1, progress(0.25, 2, 30s)));
  const auto said = log.all<model::Progress>();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].fraction, 0.25);
  EXPECT_EQ(said[0].hosts_done, 7U);
  EXPECT_EQ(said[0].rate, 200);
  EXPECT_EQ(said[0].remaining, Duration{30s});
  EXPECT_EQ(said[0].task.hosts, 20U);
}

TEST(MergedEvents, WhoHasEndedIsNotWaitedForAndStillCounted) {
  Log log;
  MergedEvents merged{log, 2};
  ASSERT_TRUE(merged.on(1, model::OpenPort{}));
  ASSERT_TRUE(merged.on(0, progress(0.5, 5, 10s)));
  model::ScanFinished finished;
  finished.hosts_total = 9;
  finished.hosts_up = 3;
  ASSERT_TRUE(merged.end(1, finished));
  const auto said = log.all<model::Progress>();
  ASSERT_EQ(said.size(), 1U) << "what waited for it is said";
  EXPECT_EQ(said[0].hosts_done, 14U);
  EXPECT_EQ(said[0].hosts_up, 3U);
  EXPECT_EQ(said[0].open_found, 1U);
}

TEST(MergedEvents, AnEngineWithoutProgressHoldsNobodyUpTwice) {
  Log log;
  MergedEvents merged{log, 2};
  ASSERT_TRUE(merged.on(0, progress(0.25, 5, 10s)));
  ASSERT_TRUE(merged.on(0, progress(0.5, 6, 8s)));
  const auto said = log.all<model::Progress>();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].fraction, 0.25);
}

TEST(MergedEvents, WhatConcernsTheWholeScanIsSaidOnce) {
  Log log;
  MergedEvents merged{log, 2};
  ASSERT_TRUE(merged.on(0, model::Remark{model::RemarkCode::no_way_to_some, {std::string{"198.18.0.1"}}}));
  ASSERT_TRUE(merged.on(1, model::Remark{model::RemarkCode::no_way_to_some, {std::string{"198.18.0.2"}}}));
  EXPECT_EQ(log.all<model::Remark>().size(), 1U);
}

TEST(MergedEvents, EveryNameThatIsLeftOutIsSaid) {
  Log log;
  MergedEvents merged{log, 2};
  const model::Remark one{model::RemarkCode::unresolved, {"", "one", "no-such-name", "one"}};
  const model::Remark two{model::RemarkCode::unresolved, {"", "two", "no-such-name", "two"}};
  const model::Remark three{model::RemarkCode::named_again, {"three", "198.18.0.1"}};
  const model::Remark four{model::RemarkCode::named_again, {"four", "198.18.0.1"}};
  for (const auto& remark : {one, three, two, four}) ASSERT_TRUE(merged.on(0, remark));
  EXPECT_THAT(log.all<model::Remark>(), ElementsAre(one, three, two, four));
}

TEST(MergedEvents, HostsPassAsTheyAreAndTheEndIsTheSum) {
  Log log;
  MergedEvents merged{log, 2};
  model::HostRecord host;
  host.position = 7;
  ASSERT_TRUE(merged.on(0, host));
  ASSERT_TRUE(merged.on(1, host));
  EXPECT_THAT(log.all<model::HostRecord>(), ElementsAre(host, host));
  model::ScanFinished one;
  one.hosts_up = 1;
  one.hosts_total = 3;
  one.probes_sent = 100;
  one.loss = {10, 1};
  one.elapsed = 5s;
  one.never_asked = 2;
  one.hosts_given_up = 1;
  one.expected_missed_open = 0.25;
  model::ScanFinished other = one;
  other.elapsed = 7s;
  other.interrupted = true;
  other.expected_missed_open.reset();
  ASSERT_TRUE(merged.end(0, one));
  ASSERT_TRUE(merged.end(1, other));
  model::ScanFinished both = one;
  both.hosts_up = 2;
  both.hosts_total = 6;
  both.probes_sent = 200;
  both.loss = {20, 2};
  both.elapsed = 7s;
  both.never_asked = 4;
  both.hosts_given_up = 2;
  both.interrupted = true;
  EXPECT_EQ(merged.finished(), both);
}

}  // namespace
}  // namespace portolan::run
