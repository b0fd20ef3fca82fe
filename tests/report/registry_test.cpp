#include "report/scan/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "report/page.h"
#include "report/scan/stats_timer.h"
#include "report/tee.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

TEST(Registry, EveryFormatIsFoundByItsLetter) {
  std::set<std::string_view> names;
  std::set<std::string_view> extensions;
  for (const Format& format : formats()) {
    EXPECT_EQ(format_of_letter(format.letter), &format);
    EXPECT_TRUE(names.insert(format.name).second);
    EXPECT_TRUE(extensions.insert(format.extension).second);
  }
  EXPECT_EQ(format_of_letter('Z'), nullptr);
}

TEST(Registry, EveryFormatMakesASinkThatTellsAHost) {
  for (const Format& format : formats()) {
    MemoryOutput output;
    const auto sink = format.make(output, {});
    EXPECT_TRUE(sink->on_start(started({"portolan"}))) << format.name;
    EXPECT_TRUE(sink->on_host(host_on_link())) << format.name;
    EXPECT_NE(output.text.find("198.18.0.2"), std::string::npos) << format.name;
    EXPECT_EQ(output.pending, "") << format.name;  // complete and flushed when on_host returns
    EXPECT_TRUE(sink->on_finish(finished(1, 1))) << format.name;
    EXPECT_TRUE(output.text.ends_with('\n')) << format.name;
  }
}

TEST(Tee, AllHearEvenWhenOneFails) {
  MemoryOutput good;
  MemoryOutput bad;
  bad.full = true;
  const auto first = format_of_letter('G')->make(bad, {});
  const auto second = format_of_letter('G')->make(good, {});
  Tee tee;
  tee.add(*first);
  tee.add(*second);
  const Result<void> outcome = tee.on_host(host_on_link());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::io);
  EXPECT_NE(good.text.find("198.18.0.2"), std::string::npos);
}

class Recorder : public model::Sink {
 public:
  Result<void> on_start(const model::ScanStarted&) override { return heard("start"); }
  Result<void> on_task_begin(const model::TaskRecord&) override { return heard("begin"); }
  Result<void> on_progress(const model::Progress&) override { return heard("progress"); }
  Result<void> on_task_end(const model::TaskRecord&) override { return heard("end"); }
  Result<void> on_open(const net::IpAddress&, const model::PortRecord&) override { return heard("open"); }
  Result<void> on_warning(std::string_view) override { return heard("warning"); }
  Result<void> on_host(const model::HostRecord&) override { return heard("host"); }
  Result<void> on_finish(const model::ScanFinished&) override { return heard("finish"); }
  std::string words;

 private:
  Result<void> heard(std::string_view word) {
    words += word;
    words += ' ';
    return {};
  }
};

TEST(Tee, PassesEveryKindOfEventOn) {
  Recorder recorder;
  Tee tee;
  tee.add(recorder);
  EXPECT_TRUE(tee.on_start({}));
  EXPECT_TRUE(tee.on_task_begin({}));
  EXPECT_TRUE(tee.on_progress({}));
  EXPECT_TRUE(tee.on_open({}, {}));
  EXPECT_TRUE(tee.on_warning(""));
  EXPECT_TRUE(tee.on_task_end({}));
  EXPECT_TRUE(tee.on_host({}));
  EXPECT_TRUE(tee.on_finish({}));
  EXPECT_EQ(recorder.words, "start begin progress open warning end host finish ");
}

TEST(Page, LargeRecordsLeaveMemoryBeforeTheyAreWhole) {
  MemoryOutput output;
  Page page{output};
  const std::string kibibyte(1024, 'x');
  for (int i = 0; i < 600; ++i) page.put(kibibyte);
  EXPECT_GE(output.pending.size(), std::size_t{512} * 1024);
  EXPECT_TRUE(page.send());
  EXPECT_EQ(output.text.size(), std::size_t{600} * 1024);
}

TEST(Page, AnErrorOnTheWayIsToldOnceAtTheEnd) {
  MemoryOutput output;
  output.full = true;
  Page page{output};
  const std::string kibibyte(1024, 'x');
  for (int i = 0; i < 600; ++i) page.put(kibibyte);
  output.full = false;
  EXPECT_FALSE(page.send());
  page.put("later");
  EXPECT_TRUE(page.send());
  EXPECT_EQ(output.text, "later");
}

TEST(StatsTimer, IsDueOnceAPeriod) {
  StatsTimer timer{Duration{2s}};
  EXPECT_FALSE(timer.due(0s));
  EXPECT_FALSE(timer.due(1900ms));
  EXPECT_TRUE(timer.due(1960ms));  // early by a hair is on time
  EXPECT_FALSE(timer.due(2s));
  EXPECT_FALSE(timer.due(3900ms));
  EXPECT_TRUE(timer.due(4s));
  EXPECT_TRUE(timer.due(11s));  // slept through some
  EXPECT_FALSE(timer.due(11500ms));
  EXPECT_TRUE(timer.due(12s));
}

TEST(StatsTimer, WithoutAPeriodIsNeverDue) {
  StatsTimer timer{std::nullopt};
  EXPECT_FALSE(timer.due(1h));
}

}  // namespace
}  // namespace portolan::report
