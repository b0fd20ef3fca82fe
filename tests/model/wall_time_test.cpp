#include "model/wall_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace portolan::model {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, HasMillisecondsOrAllThereIs) {
  const WallTime time{1795256204s};
  EXPECT_EQ(rfc3339_text(time), "2026-11-21T10:16:44.000Z");
  EXPECT_EQ(rfc3339_text(time + 125ms), "2026-11-21T10:16:44.125Z");
  EXPECT_EQ(rfc3339_text(time + 1us), "2026-11-21T10:16:44.000001000Z");
  EXPECT_EQ(rfc3339_text(WallTime{} - 1ms), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, OnlyMomentsAreRead) {
  EXPECT_EQ(parse_rfc3339("2026-11-21T10:16:44Z"), WallTime{1795256204s});
  EXPECT_EQ(parse_rfc3339("2026-11-21T10:16:44.5Z"), WallTime{1795256204s} + 500ms);
  for (const char* wrong :
       {"", "2026-11-21", "2026-11-21T10:16:44", "2026-13-21T10:16:44Z", "2026-02-30T10:16:44Z", "2026-11-21T24:16:44Z",
        "2026-11-21T10:16:44.Z", "2026-11-21T10:16:44.1234567890Z", "2026-11-21T10:16:44.1x3Z", "9999-11-21T10:16:44Z",
        "2026-11-21 10:16:44Z", "-026-11-21T10:16:44Z", "2026-11-21T10:16:44+00:00"}) {
    EXPECT_EQ(parse_rfc3339(wrong), std::nullopt) << wrong;
  }
}

RC_GTEST_PROP(Rfc3339, EveryMomentComesBack, ()) {
  const WallTime time{
      std::chrono::nanoseconds{*rc::gen::inRange<std::int64_t>(-9'000'000'000'000'000'000, 9'000'000'000'000'000'000)}};
  RC_ASSERT(parse_rfc3339(rfc3339_text(time)) == time);
}

}  // namespace
}  // namespace portolan::model
