#include "report/scan/wording.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

TEST(CommandLine, IsQuotedAsNmapQuotesIt) {
  EXPECT_EQ(command_line({}), "");
  EXPECT_EQ(command_line({"nmap", "-oG", "-", "a$b;c*"}), "nmap -oG - a$b;c*");
  EXPECT_EQ(command_line({"nmap", "a b", "a\tb"}), "nmap \"a b\" \"a\tb\"");
  EXPECT_EQ(command_line({"nmap", "a\"b", "a\\b", "x \"q\""}), R"(nmap a\"b a\\b "x \"q\"")");
}

TEST(TwoDigits, AreSignificantOnes) {
  EXPECT_EQ(two_digits(0.000005), "0.0000050");
  EXPECT_EQ(two_digits(0.00001), "0.000010");
  EXPECT_EQ(two_digits(0.000063), "0.000063");
  EXPECT_EQ(two_digits(0.0462), "0.046");
  EXPECT_EQ(two_digits(0.23), "0.23");
  EXPECT_EQ(two_digits(1.25), "1.3");
  EXPECT_EQ(two_digits(13.4), "13");
  EXPECT_EQ(two_digits(129), "130");
  EXPECT_EQ(two_digits(0), "0.00");
}

TEST(Latency, IsInWholeMicroseconds) {
  EXPECT_EQ(latency_text(round_trip(5999ns)), "0.0000050s");
  EXPECT_EQ(latency_text(round_trip(46ms)), "0.046s");
}

TEST(Loss, OneSentenceWhateverWasMeasured) {
  model::ScanFinished finish;
  EXPECT_EQ(loss_text(finish), "Loss was not measured: no port that answers was asked again.");
  finish.loss = {.asked = 400, .lost = 0};
  EXPECT_EQ(loss_text(finish),
            "Measured loss: 0% (0 of 400 control probes unanswered); fewer than 0.01 open ports are expected to have "
            "been missed.");
  finish.loss = {.asked = 3, .lost = 3};
  finish.expected_missed_open = 2.5;
  EXPECT_EQ(loss_text(finish),
            "Measured loss: 100% (3 of 3 control probes unanswered); about 2.5 open ports are expected to have been "
            "missed.");
}

TEST(Done, CountsInGoodGrammar) {
  EXPECT_EQ(done_text(finished(0, 0)), "0 IP addresses (0 hosts up) scanned in 4.59 seconds");
  EXPECT_EQ(done_text(finished(1, 1)), "1 IP address (1 host up) scanned in 4.59 seconds");
}

TEST(Calendar, TextsOfOneMoment) {
  EXPECT_EQ(date_text(noon(), utc_calendar), "Sat Nov 21 10:16:44 2026");
  EXPECT_EQ(date_text(model::WallTime{}, utc_calendar), "Thu Jan  1 00:00:00 1970");
  EXPECT_EQ(minute_text(noon(), utc_calendar), "2026-11-21 10:16 UTC");
  EXPECT_EQ(second_text(noon(), utc_calendar), "2026-11-21 10:16:44 UTC");
  EXPECT_EQ(clock_text(noon(), utc_calendar), "10:16");
  EXPECT_EQ(rfc3339_text(noon(125ms)), "2026-11-21T10:16:44.125Z");
  EXPECT_EQ(rfc3339_text(model::WallTime{} - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(unix_seconds(noon(999ms)), 1795256204);
}

TEST(Calendar, SpansAreWholeSeconds) {
  EXPECT_EQ(span_text(1999ms), "0:00:01");
  EXPECT_EQ(span_text(26h + 3min), "26:03:00");
  EXPECT_EQ(span_text(-3s), "0:00:00");
}

TEST(Flavor, TheVersionIsTheProjects) {
  std::ostringstream text;
  text << std::ifstream{std::string{PORTOLAN_SOURCE_DIR} + "/CMakeLists.txt"}.rdbuf();
  EXPECT_NE(text.str().find("VERSION " + std::string{program_version} + " "), std::string::npos);
}

}  // namespace
}  // namespace portolan::report
