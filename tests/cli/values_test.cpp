#include "cli/values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <utility>
#include <vector>

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;

TEST(DurationValue, UnitsAreNmaps) {
  EXPECT_EQ(*parse_duration("--host-timeout", "5"), 5s);
  EXPECT_EQ(*parse_duration("--host-timeout", "500ms"), 500ms);
  EXPECT_EQ(*parse_duration("--host-timeout", "1.5S"), 1500ms);
  EXPECT_EQ(*parse_duration("--host-timeout", "30m"), 30min);
  EXPECT_EQ(*parse_duration("--host-timeout", "2H"), 2h);
  EXPECT_EQ(*parse_duration("--host-timeout", "0"), 0s);
}

TEST(DurationValue, NonsenseIsRefusedInOneSentence) {
  for (const char* text : {"", "x", "1x", "-1", "+1", "1 s", "s", "inf", "nan", "1e300", "0x10", "1mss"}) {
    EXPECT_FALSE(parse_duration("--scan-delay", text)) << text;
  }
  EXPECT_EQ(parse_duration("--scan-delay", "1x").error().message,
            "--scan-delay: '1x' is no time; write seconds, or a number with ms, s, m or h (500ms, 30m)");
}

TEST(RateValue, IsANumberAboveZero) {
  EXPECT_EQ(*parse_rate("--max-rate", "1e3"), 1000.0);
  EXPECT_EQ(*parse_rate("--max-rate", "0.5"), 0.5);
  for (const char* text : {"", "0", "-3", "x", "5x", "inf"}) EXPECT_FALSE(parse_rate("--max-rate", text)) << text;
  EXPECT_EQ(parse_rate("--max-rate", "x").error().message,
            "--max-rate: 'x' is no rate; write a number of packets a second above 0");
}

TEST(CountValue, KeepsItsBounds) {
  EXPECT_EQ(*parse_count("--top-ports", "10", 1, 65536), 10U);
  EXPECT_EQ(parse_count("--top-ports", "0", 1, 65536).error().message,
            "--top-ports: '0' is not a whole number from 1 to 65536");
  EXPECT_FALSE(parse_count("--top-ports", "65537", 1, 65536));
  EXPECT_FALSE(parse_count("--top-ports", "1.5", 1, 65536));
  EXPECT_FALSE(parse_count("--seed", "18446744073709551616", 0, UINT64_MAX));
  EXPECT_EQ(*parse_count("--seed", "18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
}

TEST(TimingValue, IsANumberOrAName) {
  EXPECT_EQ(*parse_timing_level("-T", "0"), 0);
  EXPECT_EQ(*parse_timing_level("-T", "Aggressive"), 4);
  EXPECT_EQ(*parse_timing_level("-T", "insane"), 5);
  for (const char* text : {"", "6", "-1", "44", "fast"}) EXPECT_FALSE(parse_timing_level("-T", text)) << text;
}

TEST(FileNames, MayHoldTheTime) {
  std::tm time{};
  time.tm_year = 126;
  time.tm_mon = 10;
  time.tm_mday = 21;
  time.tm_hour = 9;
  time.tm_min = 5;
  time.tm_sec = 31;
  EXPECT_EQ(expand_time("x%T-%D-%%-%q", time), "x090531-112126-%-q");  // as nmap 7.93 names it
  EXPECT_EQ(expand_time("%H:%M:%S %R %m %d %y %Y", time), "09:05:31 0905 11 21 26 2026");
  EXPECT_EQ(expand_time("plain%", time), "plain%");
}

TEST(DurationValue, IsAtMostALeapYear) {
  EXPECT_EQ(*parse_duration("--host-timeout", "8784h"), 366 * 24h);
  for (const char* text : {"8785h", "300000000000", "1e17ms"}) {
    EXPECT_EQ(parse_duration("--host-timeout", text).error().message,
              "--host-timeout: '" + std::string{text} + "' is too long; the most is 366 days (8784h)");
  }
}

TEST(RateValue, IsOneThatCanBeKept) {
  EXPECT_EQ(*parse_rate("--max-rate", "0.000001"), 1e-6);
  EXPECT_EQ(*parse_rate("--max-rate", "1e9"), 1e9);
  EXPECT_EQ(parse_rate("--max-rate", "1e-300").error().message,
            "--max-rate: '1e-300' is too low; rates are from 0.000001 to 1000000000 packets a second");
  EXPECT_EQ(parse_rate("--min-rate", "1e10").error().message,
            "--min-rate: '1e10' is too high; rates are from 0.000001 to 1000000000 packets a second");
  EXPECT_FALSE(parse_rate("--max-rate", "nan"));
}

TEST(Values, ALeadingNumberIsReadAsCReadsIt) {
  for (const auto& [text, value] : std::vector<std::pair<const char*, std::int64_t>>{
           {"5", 5}, {" \t7x", 7}, {"+3", 3}, {"-12", -12}, {"", 0}, {"-", 0}, {"--1", 0}, {"abc", 0}, {"-x", 0}}) {
    EXPECT_EQ(leading_number(text), value) << text;
  }
  EXPECT_EQ(leading_number("99999999999999999999"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(leading_number("-99999999999999999999"), -std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace portolan::cli
