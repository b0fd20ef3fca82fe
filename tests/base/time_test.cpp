#include "base/time.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace portolan {
namespace {

using namespace std::chrono_literals;

TEST(DurationOf, SaturatesInsteadOfOverflowing) {
  constexpr Duration century = std::chrono::hours{24 * 365 * 100};
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(duration_of(1.5), 1500ms);
  EXPECT_EQ(duration_of(-1.5), -1500ms);
  for (const double seconds : {1e10, 1e300, infinite}) {
    EXPECT_EQ(duration_of(seconds), century) << seconds;
    EXPECT_EQ(duration_of(-seconds), -century) << seconds;
  }
  EXPECT_EQ(duration_of(std::nan("")), 0s);
}

}  // namespace
}  // namespace portolan
