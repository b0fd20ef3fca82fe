#include "os/monotonic_clock.h"

#include <gtest/gtest.h>

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon{12h};
constexpr ClockSample sample{noon, 1'000'000s};

TEST(MonotonicClock, NeverGoesBack) {
  const MonotonicClock clock;
  Instant last = clock.now();
  for (int i = 0; i < 1'000; ++i) {
    const Instant now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(InstantOf, StampIsAsOldAsTheWallClockSays) {
  EXPECT_EQ(instant_of(1'000'000s - 3ms, sample, Instant{}), noon - 3ms);
}

TEST(InstantOf, StampFromTheFutureIsNow) { EXPECT_EQ(instant_of(1'000'000s + 1h, sample, Instant{}), noon); }

TEST(InstantOf, StampFromBeforeAStepOfTheWallClockIsNoOlderThanTheRingWasEmpty) {
  EXPECT_EQ(instant_of(1'000'000s - 2h, sample, noon - 5ms), noon - 5ms);
}

TEST(InstantOf, SampleOfNowMeansNow) {
  const MonotonicClock clock;
  const Instant before = clock.now();
  const ClockSample now = sample_clocks();
  EXPECT_GE(instant_of(now.wall, now, Instant{}), before);
  EXPECT_LE(instant_of(now.wall, now, Instant{}), clock.now());
}

}  // namespace
}  // namespace portolan::os
