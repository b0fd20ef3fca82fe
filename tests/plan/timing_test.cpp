#include <gtest/gtest.h>

#include "plan/plan.h"

namespace portolan::plan {
namespace {

// But for the retries: no port is asked more than six times.
TEST(Timing, TemplatesHaveTheTimesThatNmapDocuments) {
  struct Row {
    Duration initial, min, max, delay;
    int retries;
    bool serial;
  };
  const std::array<Row, 6> documented{{
      {.initial = 5min, .min = 100ms, .max = 5min, .delay = 5min, .retries = 5, .serial = true},
      {.initial = 15s, .min = 100ms, .max = 15s, .delay = 15s, .retries = 5, .serial = true},
      {.initial = 1s, .min = 100ms, .max = 10s, .delay = 400ms, .retries = 5, .serial = true},
      {.initial = 1s, .min = 100ms, .max = 10s, .delay = 0s, .retries = 5, .serial = false},
      {.initial = 500ms, .min = 100ms, .max = 1250ms, .delay = 0s, .retries = 5, .serial = false},
      {.initial = 250ms, .min = 50ms, .max = 300ms, .delay = 0s, .retries = 2, .serial = false},
  }};
  for (int level = 0; level < 6; ++level) {
    SCOPED_TRACE(level);
    const Timing timing = timing_template(level);
    const Row& row = documented[static_cast<std::size_t>(level)];
    EXPECT_EQ(timing.level, level);
    EXPECT_EQ(timing.initial_rtt_timeout, row.initial);
    EXPECT_EQ(timing.min_rtt_timeout, row.min);
    EXPECT_EQ(timing.max_rtt_timeout, row.max);
    EXPECT_EQ(timing.scan_delay, row.delay);
    EXPECT_EQ(timing.max_retries, row.retries);
    EXPECT_EQ(timing.serial, row.serial);
  }
}

TEST(Timing, OnlyTheFastestGivesHostsUp) {
  for (int level = 0; level < 5; ++level) EXPECT_FALSE(timing_template(level).host_timeout) << level;
  EXPECT_EQ(timing_template(5).host_timeout, Duration{15min});
}

TEST(Timing, HigherLevelsAreNeverSlower) {
  for (int level = 1; level < 6; ++level) {
    SCOPED_TRACE(level);
    const Timing slower = timing_template(level - 1);
    const Timing faster = timing_template(level);
    EXPECT_GE(faster.blind_rate, slower.blind_rate);
    EXPECT_LE(faster.limiter_patience, slower.limiter_patience);
    EXPECT_LE(faster.initial_rtt_timeout, slower.initial_rtt_timeout);
    EXPECT_LE(faster.max_retries, slower.max_retries);
  }
}

}  // namespace
}  // namespace portolan::plan
