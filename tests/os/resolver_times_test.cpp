#include "os/names/resolver_times.h"

#include <gtest/gtest.h>

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

TEST(ResolverTimes, StandInTheOptionsLines) {
  const auto times = resolver_times("nameserver 198.18.0.2\noptions timeout:7 attempts:3\n", "");
  EXPECT_EQ(times.timeout, 7s);
  EXPECT_EQ(times.attempts, 3);
}

TEST(ResolverTimes, AreUnknownWhereNobodySays) {
  for (const char* text :
       {"", "nameserver 198.18.0.2", "options", "options rotate ndots:2", "# options timeout:7", " options timeout:7",
        "optionstimeout:7", "search timeout:7", "options timeout: attempts:x", "options xtimeout:7"}) {
    EXPECT_EQ(resolver_times(text, "").timeout, std::nullopt) << text;
    EXPECT_EQ(resolver_times(text, "").attempts, std::nullopt) << text;
  }
}

TEST(ResolverTimes, AddUpOverLinesAndTheLastWordCounts) {
  const auto times = resolver_times("options timeout:7\r\noptions\tattempts:3\ttimeout:2\noptions attempts:1", "");
  EXPECT_EQ(times.timeout, 2s);
  EXPECT_EQ(times.attempts, 1);
}

TEST(ResolverTimes, OfTheEnvironmentComeLast) {
  const auto times = resolver_times("options timeout:7 attempts:3", "attempts:4 rotate");
  EXPECT_EQ(times.timeout, 7s);
  EXPECT_EQ(times.attempts, 4);
}

TEST(ResolverTimes, AreBoundedAsTheSystemDoesIt) {
  for (const char* text : {"options timeout:31 attempts:6", "options timeout:99999999999 attempts:99999999999"}) {
    EXPECT_EQ(resolver_times(text, "").timeout, 30s) << text;
    EXPECT_EQ(resolver_times(text, "").attempts, 5) << text;
  }
  for (const char* text : {"options timeout:0 attempts:0", "options timeout:-1 attempts:-99999999999"}) {
    EXPECT_EQ(resolver_times(text, "").timeout, 1s) << text;
    EXPECT_EQ(resolver_times(text, "").attempts, 1) << text;
  }
}

}  // namespace
}  // namespace portolan::os
