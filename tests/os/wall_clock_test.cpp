#include "os/wall_clock.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "os/environment.h"
#include "os/seed.h"

namespace portolan::os {
namespace {

// The zone that this process is in, for a moment.
class Zone {
 public:
  explicit Zone(const char* name) : before_{environment("TZ")}, was_set_{has_environment("TZ")} {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    if (was_set_) {
      ::setenv("TZ", before_.c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::string before_;
  bool was_set_;
};

TEST(LocalCalendar, IsThatOfTheZoneAndNamesIt) {
  const Zone zone{"XYZ-5:30"};  // five and a half hours ahead of Greenwich
  const std::tm noon = local_calendar(1'795'262'400);
  EXPECT_EQ(noon.tm_year, 126);
  EXPECT_EQ(noon.tm_mon, 10);
  EXPECT_EQ(noon.tm_mday, 21);
  EXPECT_EQ(noon.tm_hour, 17);
  EXPECT_EQ(noon.tm_min, 30);
  EXPECT_STREQ(noon.tm_zone, "XYZ");
}

TEST(WallClock, TellsTheSameTimeTwice) {
  const std::time_t before = wall_seconds();
  const std::time_t between = std::chrono::system_clock::to_time_t(wall_time());
  EXPECT_LE(before, between);
  EXPECT_GT(before, 1'700'000'000);
}

TEST(Environment, TellsNothingFromNotSet) {
  ::setenv("PORTOLAN_TEST_WORD", "", 1);
  EXPECT_TRUE(has_environment("PORTOLAN_TEST_WORD"));
  EXPECT_EQ(environment("PORTOLAN_TEST_WORD"), "");
  ::setenv("PORTOLAN_TEST_WORD", "x y", 1);
  EXPECT_EQ(environment("PORTOLAN_TEST_WORD"), "x y");
  ::unsetenv("PORTOLAN_TEST_WORD");
  EXPECT_FALSE(has_environment("PORTOLAN_TEST_WORD"));
  EXPECT_EQ(environment("PORTOLAN_TEST_WORD"), "");
}

TEST(Seed, IsAnotherEachTimeInBothHalves) {
  const std::uint64_t first = draw_seed();
  const std::uint64_t second = draw_seed();
  EXPECT_NE(first >> 32U, second >> 32U);
  EXPECT_NE(first & 0xffff'ffffU, second & 0xffff'ffffU);
}

}  // namespace
}  // namespace portolan::os
