#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "plan/plan.h"

namespace portolan::plan {
namespace {

std::multiset<std::uint64_t> positions(const Plan& plan) {
  std::multiset<std::uint64_t> found;
  TargetSet::Cursor cursor{plan.targets, {.key = plan.seed, .shard = plan.shard, .shards = plan.shards}};
  while (const auto target = cursor.next()) found.insert(target->position);
  return found;
}

Plan plan_of(const std::string& targets) {
  Plan plan;
  EXPECT_TRUE(plan.targets.add(targets, {}, {}, {}));
  plan.seed = 11;
  return plan;
}

TEST(Part, PartsTogetherAreTheWholeAndShareNothing) {
  Plan whole = plan_of("198.18.0.0/24");
  whole.shard = 1;
  whole.shards = 3;
  for (const std::uint64_t parts : {1U, 2U, 5U}) {
    std::multiset<std::uint64_t> together;
    for (std::uint64_t part = 0; part < parts; ++part) together.merge(positions(part_of(whole, part, parts)));
    EXPECT_EQ(together, positions(whole)) << parts;
  }
}

TEST(Part, RatesAreSharedOut) {
  Plan whole = plan_of("198.18.0.0/24");
  whole.timing.max_rate = 1'000;
  const Plan part = part_of(whole, 1, 4);
  EXPECT_EQ(part.timing.max_rate, 250);
  EXPECT_EQ(part.timing.min_rate, std::nullopt);
  EXPECT_EQ(part.timing.blind_rate, whole.timing.blind_rate / 4);
}

TEST(TargetSetCopies, ShareUntilOneIsAddedTo) {
  const Plan whole = plan_of("198.18.0.0/30");
  Plan copy = whole;
  ASSERT_TRUE(copy.targets.add("198.18.1.0/30", {}, {}, {}));
  EXPECT_EQ(whole.targets.size(), 4U);
  EXPECT_EQ(copy.targets.size(), 8U);
}

}  // namespace
}  // namespace portolan::plan
