#include "report/scan/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "report/scan/warnings.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

model::Progress halfway() {
  model::Progress progress;
  progress.task = task("tcp-syn", noon(1s));
  progress.fraction = 0.42342;
  progress.remaining = 41900ms;
  progress.elapsed = 31s;
  progress.rate = 12345.4;
  progress.hosts_done = 4096;
  progress.hosts_up = 3;
  progress.hosts_active = 2;
  progress.open_found = 12;
  return progress;
}

TEST(StatusLineText, SaysWhatMattersMostFirst) {
  EXPECT_EQ(status_line(halfway(), 200), "SYN Stealth Scan 42.3%, 0:00:41 left, 12 open, 3 hosts up, 12,345 probes/s");
}

TEST(StatusLineText, SaysWhatIsLeftOfTheWholeScanWhereMoreHostsFollow) {
  model::Progress progress = halfway();
  progress.scan_remaining = 3661s;
  EXPECT_EQ(status_line(progress, 200),
            "SYN Stealth Scan 42.3%, 0:00:41 left, 1:01:01 for the whole scan, 12 open, 3 hosts up, 12,345 probes/s");
}

TEST(StatusLineText, NeverIsWiderThanTheTerminal) {
  for (std::size_t width = 0; width < 100; ++width) EXPECT_LE(status_line(halfway(), width).size(), width);
  EXPECT_EQ(status_line(halfway(), 46), "SYN Stealth Scan 42.3%, 0:00:41 left, 12 open");
  EXPECT_EQ(status_line(halfway(), 44), "SYN Stealth Scan 42.3%, 0:00:41 left");
  EXPECT_EQ(status_line(halfway(), 10), "SYN Stealt");
}

TEST(StatusLineText, PromisesNoTimeThatIsNotKnown) {
  model::Progress progress = halfway();
  progress.remaining.reset();
  progress.hosts_up = 1;
  EXPECT_EQ(status_line(progress, 200), "SYN Stealth Scan 42.3%, 12 open, 1 host up, 12,345 probes/s");
}

TEST(StatusLineText, IsNotDoneBeforeItIsDone) {
  model::Progress progress = halfway();
  progress.fraction = 0.999999;
  EXPECT_EQ(status_line(progress, 22), "SYN Stealth Scan 99.9%");
  progress.fraction = 1;
  EXPECT_EQ(status_line(progress, 23), "SYN Stealth Scan 100.0%");
}

TEST(StatusLineText, SurvivesNumbersThatAreNone) {
  model::Progress progress = halfway();
  progress.fraction = std::numeric_limits<double>::quiet_NaN();
  progress.rate = std::numeric_limits<double>::infinity();
  progress.remaining = -5s;
  EXPECT_EQ(status_line(progress, 200), "SYN Stealth Scan 0.0%, 0:00:00 left, 12 open, 3 hosts up, 0 probes/s");
}

TEST(StatusLine, IsDrawnOverItselfAndTakenAwayBeforeOthersPrint) {
  MemoryOutput terminal;
  StatusLine line{terminal, [] { return std::size_t{23}; }};
  EXPECT_TRUE(line.on(host_on_link()));
  EXPECT_EQ(terminal.text, "");  // nothing was drawn, so nothing is cleared
  EXPECT_TRUE(line.on(halfway()));
  EXPECT_TRUE(line.on(halfway()));
  EXPECT_EQ(terminal.text, "\rSYN Stealth Scan 42.3%\x1b[K\rSYN Stealth Scan 42.3%\x1b[K");
  terminal.text.clear();
  EXPECT_TRUE(line.on(host_on_link()));
  EXPECT_TRUE(line.on(finished(1, 1)));
  EXPECT_EQ(terminal.text, "\r\x1b[K");
}

TEST(StatusLine, LeavesTheLastColumnFree) {
  MemoryOutput terminal;
  StatusLine line{terminal, [] { return std::size_t{11}; }};
  EXPECT_TRUE(line.on(halfway()));
  EXPECT_EQ(terminal.text, "\rSYN Stealt\x1b[K");
}

TEST(StatusLine, ABrokenTerminalDoesNotEndTheScan) {
  MemoryOutput terminal;
  terminal.full = true;
  StatusLine line{terminal, [] { return std::size_t{80}; }};
  EXPECT_TRUE(line.on(halfway()));
  EXPECT_TRUE(line.on(finished(1, 1)));
}

TEST(StatsLines, AreNmapsUnderItsName) {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  options.stats_every = 30s;
  MemoryOutput output;
  StatsLines lines{output, options};
  EXPECT_TRUE(lines.on(halfway()));
  EXPECT_EQ(output.text,
            "Stats: 0:00:31 elapsed; 4096 hosts completed (3 up), 2 undergoing SYN Stealth Scan\n"
            "SYN Stealth Scan Timing: About 42.34% done; ETC: 10:17 (0:00:41 remaining)\n");
  EXPECT_TRUE(lines.on(halfway()));  // the same period: once is enough
  EXPECT_EQ(std::ranges::count(output.text, '\n'), 2);
}

TEST(StatsLines, TellRateAndFindingsUnderPortolansName) {
  ReportOptions options;
  options.stats_every = 30s;
  MemoryOutput output;
  StatsLines lines{output, options};
  model::Progress progress = halfway();
  progress.remaining.reset();
  progress.open_found = 1;
  progress.hosts_done = 1;
  EXPECT_TRUE(lines.on(progress));
  EXPECT_EQ(output.text,
            "Stats: 0:00:31 elapsed; 1 host completed (3 up), 2 undergoing SYN Stealth Scan\n"
            "SYN Stealth Scan Timing: About 42.34% done; 12,345 probes/s, 1 open port found\n");
}

TEST(StatsLines, TellWhatIsLeftOfTheWholeScanWhereMoreHostsFollow) {
  ReportOptions options;
  options.stats_every = 30s;
  for (const Dialect dialect : {Dialect::portolan, Dialect::nmap}) {
    options.dialect = dialect;
    MemoryOutput output;
    StatsLines lines{output, options};
    model::Progress progress = halfway();
    progress.scan_remaining = 3661s;
    EXPECT_TRUE(lines.on(progress));
    EXPECT_EQ(output.text.find("; 1:01:01 for the whole scan; ") != std::string::npos, dialect == Dialect::portolan);
  }
}

TEST(Percent, IsFiniteAndAHundredOnlyAtTheEnd) {
  model::Progress progress;
  for (const auto& [fraction, percent] : {std::pair{0.999999, 99.99}, {1.0, 100.0}, {7.0, 100.0}, {-1.0, 0.0}}) {
    progress.fraction = fraction;
    EXPECT_EQ(percent_of(progress), percent);
  }
  progress.fraction = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(percent_of(progress), 0.0);
}

TEST(StatsLines, AKeyPressIsAnsweredOnce) {
  MemoryOutput output;
  StatsLines lines{output, {}};
  EXPECT_TRUE(lines.on(halfway()));
  EXPECT_EQ(output.text, "");
  lines.ask();
  EXPECT_TRUE(lines.on(halfway()));
  EXPECT_TRUE(lines.on(halfway()));
  EXPECT_EQ(std::ranges::count(output.text, '\n'), 2);
}

TEST(Warnings, SayWhoSpeaks) {
  MemoryOutput output;
  Warnings own{output, Dialect::portolan};
  Warnings nmap{output, Dialect::nmap};
  EXPECT_TRUE(own.on(remark("a\nb")));
  EXPECT_TRUE(nmap.on(remark("Failed to resolve \"x\".")));
  EXPECT_TRUE(own.on(model::Remark{model::RemarkCode::sent_by_kernel, {"filter", "198.18.0.9"}}));  // no warning
  EXPECT_EQ(output.text, "portolan: a\\x0Ab\nFailed to resolve \"x\".\n");
}

}  // namespace
}  // namespace portolan::report
