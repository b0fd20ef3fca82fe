#include "report/scan/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "report/output_buffer.h"
#include "report/scan/stats_timer.h"
#include "report/tee.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

TEST(Registry, NoTwoFormatsShareNameOptionOrExtension) {
  std::set<std::string_view> names;
  std::set<std::string_view> options;
  std::set<std::string_view> extensions;
  for (const Format* format : formats) {
    EXPECT_TRUE(names.insert(format->name).second);
    EXPECT_TRUE(options.insert(format->option).second);
    EXPECT_TRUE(extensions.insert(format->extension).second);
    EXPECT_TRUE(format->option.starts_with("-o") && format->option.size() == 3) << format->option;
  }
}

TEST(Registry, EveryFormatMakesASinkThatTellsAHost) {
  for (const Format* format : formats) {
    MemoryOutput output;
    const auto sink = format->make(output, {});
    EXPECT_TRUE(sink->on(started({"portolan"}))) << format->name;
    EXPECT_EQ(output.pending, "") << format->name << ": the beginning is there at once";
    EXPECT_TRUE(sink->on(host_on_link())) << format->name;
    EXPECT_NE(output.pending.find("198.18.0.2"), std::string::npos)
        << format->name << ": hosts go out whole, and many of them with one write";
    EXPECT_TRUE(sink->on(finished(1, 1))) << format->name;
    EXPECT_TRUE(output.text.ends_with('\n')) << format->name;
  }
}

TEST(Tee, AllHearEvenWhenOneFails) {
  MemoryOutput good;
  MemoryOutput bad;
  bad.full = true;
  const auto first = grepable_format.make(bad, {});
  const auto second = grepable_format.make(good, {});
  Tee tee;
  tee.add(*first);
  tee.add(*second);
  const Result<void> outcome = tee.on(host_on_link());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::io);
  EXPECT_NE(good.text.find("198.18.0.2"), std::string::npos);
}

// As a report to a pipe is: `left` events are heard, then nobody reads any more.
class Leaving : public model::Sink {
 public:
  explicit Leaving(int left) : left_{left} {}
  Result<void> on(const model::Event&) override {
    if (left_-- > 0) return {};
    ++after;
    return fail(Errc::reader_gone, "Broken pipe");
  }
  int after = 0;

 private:
  int left_;
};

TEST(Tee, AReaderThatLeavesEndsItsReportOnly) {
  Leaving piped{1};
  Leaving stays{1000};
  Tee tee;
  tee.add(piped);
  tee.add(stays);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(tee.on(host_on_link())) << i;
  EXPECT_EQ(piped.after, 1) << "it is not tried again";
}

TEST(Tee, WhenTheLastReportHasNoReaderTheStreamEnds) {
  Leaving first{1};
  Leaving second{2};
  Leaving progress{0};
  Leaving warnings{1000};
  Tee tee;
  tee.add(progress, Tee::Kind::companion);
  tee.add(first);
  tee.add(second);
  tee.add(warnings, Tee::Kind::companion);
  EXPECT_TRUE(tee.on(host_on_link()));
  EXPECT_TRUE(tee.on(host_on_link()));
  for (int i = 0; i < 2; ++i) {
    const auto outcome = tee.on(host_on_link());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::reader_gone);
  }
}

class Recorder : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    return std::visit(Overloaded{[this](const model::ScanStarted&) { return heard("start"); },
                                 [this](const model::TaskBegin&) { return heard("begin"); },
                                 [this](const model::Progress&) { return heard("progress"); },
                                 [this](const model::TaskEnd&) { return heard("end"); },
                                 [this](const model::OpenPort&) { return heard("open"); },
                                 [this](const model::Remark&) { return heard("remark"); },
                                 [this](const model::HostRecord&) { return heard("host"); },
                                 [this](const model::CaughtUp&) { return heard("caught-up"); },
                                 [this](const model::ScanFinished&) { return heard("finish"); }},
                      event);
  }
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
  EXPECT_TRUE(tee.on(model::ScanStarted{}));
  EXPECT_TRUE(tee.on(model::TaskBegin{}));
  EXPECT_TRUE(tee.on(model::Progress{}));
  EXPECT_TRUE(tee.on(model::OpenPort{}));
  EXPECT_TRUE(tee.on(model::Remark{}));
  EXPECT_TRUE(tee.on(model::TaskEnd{}));
  EXPECT_TRUE(tee.on(model::HostRecord{}));
  EXPECT_TRUE(tee.on(model::CaughtUp{}));
  EXPECT_TRUE(tee.on(model::ScanFinished{}));
  EXPECT_EQ(recorder.words, "start begin progress open remark end host caught-up finish ");
}

TEST(OutputBuffer, LargeRecordsLeaveMemoryBeforeTheyAreWhole) {
  MemoryOutput output;
  OutputBuffer buffer{output};
  const std::string kibibyte(1024, 'x');
  for (int i = 0; i < 600; ++i) buffer.put(kibibyte);
  EXPECT_GE(output.pending.size(), std::size_t{512} * 1024);
  EXPECT_TRUE(buffer.send());
  EXPECT_EQ(output.text.size(), std::size_t{600} * 1024);
}

TEST(OutputBuffer, AnErrorOnTheWayIsToldOnceAtTheEnd) {
  MemoryOutput output;
  output.full = true;
  OutputBuffer buffer{output};
  const std::string kibibyte(1024, 'x');
  for (int i = 0; i < 600; ++i) buffer.put(kibibyte);
  output.full = false;
  EXPECT_FALSE(buffer.send());
  buffer.put("later");
  EXPECT_TRUE(buffer.send());
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
