// Scans of worlds in which something limits what comes through (limit_worlds.h): what they find, what they ask, and
// whether what they say of themselves is true. bench/completeness prints the same for any number of worlds.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "limit_worlds.h"
#include "seeds.h"
#include "sim/network.h"

namespace portolan::test {
namespace {

constexpr std::size_t worlds_of_a_kind = 300;
// In so many of a hundred scans what is stated about missed ports has to hold.
constexpr double true_statements = 0.95;

class Limits : public testing::TestWithParam<LimitedWorld> {};

TEST_P(Limits, WhatIsFoundAndStatedIsTrue) {
  const LimitedWorld& world = GetParam();
  std::size_t scans = 0;
  std::size_t true_ones = 0;
  std::size_t known = 0;
  LimitedScan sum;
  for (const std::uint64_t seed : sim::seeds(worlds_of_a_kind)) {
    const LimitedScan scan = world.scan(seed);
    ++scans;
    if (scan.statement_holds()) ++true_ones;
    if (scan.expected) ++known;
    sum.open += scan.open;
    sum.found += scan.found;
    sum.closed += scan.closed;
    sum.closed_found += scan.closed_found;
    sum.seconds += scan.seconds;
    // The user has not said otherwise, so nobody who counts attempts has a reason to shut us out.
    ASSERT_LE(scan.most_asked, 6U) << "replay: PORTOLAN_SEED=" << seed;
    ASSERT_LE(scan.found, scan.open) << "replay: PORTOLAN_SEED=" << seed;
  }
  const auto share = [](std::size_t part, std::size_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
  };
  if (scans < worlds_of_a_kind) return;  // a replay
  EXPECT_GE(share(true_ones, scans), true_statements);
  EXPECT_GE(share(known, scans), world.known);
  EXPECT_GE(share(sum.found, sum.open), world.open_found);
  EXPECT_GE(share(sum.closed_found, sum.closed), world.closed_found);
  EXPECT_LE(sum.seconds / static_cast<double>(scans), world.seconds);
}

std::string test_name(const testing::TestParamInfo<LimitedWorld>& world) {
  std::string name{world.param.name};
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Worlds, Limits, testing::ValuesIn(limited_worlds().begin(), limited_worlds().end()),
                         test_name);

TEST(LimitedScan, AStatementHoldsWhereAtLeastFiveScansInAHundredWouldMissAsMuch) {
  const auto holds = [](std::size_t missed, double expected) {
    LimitedScan scan;
    scan.open = missed;
    scan.expected = expected;
    return scan.statement_holds();
  };
  EXPECT_TRUE(holds(0, 0));
  EXPECT_FALSE(holds(1, 0.05));  // 1 - e^-0.05 is 0.049
  EXPECT_TRUE(holds(1, 0.06));
  EXPECT_FALSE(holds(2, 0.3));
  EXPECT_TRUE(holds(2, 0.4));
  EXPECT_TRUE(LimitedScan{.open = 9}.statement_holds()) << "that it is not known is true";
}

}  // namespace
}  // namespace portolan::test
