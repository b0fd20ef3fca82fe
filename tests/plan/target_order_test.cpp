// In which order a set is walked: shuffled by a key, in shards, from any place.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "plan/target_set.h"

namespace portolan::plan {
namespace {

using net::IpAddress;
using testing::ElementsAre;

// Each address with its place in the order typed.
struct Step {
  IpAddress address;
  std::uint64_t position;
  friend bool operator==(const Step&, const Step&) = default;
};

TargetSet set_of(const std::vector<std::string>& expressions, const std::vector<std::string>& excluded = {}) {
  TargetSet set;
  for (const auto& expression : excluded) EXPECT_TRUE(set.exclude(expression, {}, {}, {})) << expression;
  for (const auto& expression : expressions) EXPECT_TRUE(set.add(expression, {}, {}, {})) << expression;
  return set;
}

std::vector<Step> walk(TargetSet::Cursor cursor) {
  std::vector<Step> steps;
  while (const auto target = cursor.next()) steps.push_back({target->address, target->position});
  EXPECT_EQ(cursor.passed(), cursor.length());
  return steps;
}

std::vector<Step> sorted(std::vector<Step> steps) {
  std::ranges::sort(steps, {}, &Step::position);
  return steps;
}

TEST(TargetOrder, ShufflesOverTheWholeSetAndNotExpressionByExpression) {
  const auto set = set_of({"10.0.0.0/24", "10.0.9.0/24", "2001:db8::/120"});
  const auto typed = walk(TargetSet::Cursor{set});
  const auto shuffled = walk({set, {.key = 1}});
  ASSERT_EQ(typed.size(), 768U);
  EXPECT_EQ(sorted(shuffled), typed);
  std::size_t from_first = 0;  // of the expressions, in the first third of the walk
  std::size_t neighbours = 0;
  for (std::size_t i = 1; i < 256; ++i) {
    from_first += shuffled[i].position < 256 ? 1U : 0U;
    neighbours += shuffled[i].position == shuffled[i - 1].position + 1 ? 1U : 0U;
  }
  EXPECT_GT(from_first, 43U) << "85 by chance";
  EXPECT_LT(from_first, 128U);
  EXPECT_LT(neighbours, 10U);
}

TEST(TargetOrder, FollowsFromTheKeyAlone) {
  const auto set = set_of({"10.0.0.0/22"});
  EXPECT_EQ(walk({set, {.key = 5}}), walk({set, {.key = 5}}));
  EXPECT_NE(walk({set, {.key = 5}}), walk({set, {.key = 6}}));
}

TEST(TargetOrder, PositionIsThePlaceInTheOrderTyped) {
  const auto set = set_of({"10.0.0.7", "10.0.0.4/30", "10.0.0.1"}, {"10.0.0.5"});
  const auto ip = [](std::string_view text) { return IpAddress::parse(text).value(); };
  EXPECT_THAT(walk(TargetSet::Cursor{set}), ElementsAre(Step{ip("10.0.0.7"), 0}, Step{ip("10.0.0.4"), 1},
                                                        Step{ip("10.0.0.6"), 2}, Step{ip("10.0.0.1"), 3}));
  EXPECT_EQ(set.size(), 4U);
}

TEST(TargetOrder, MoreShardsThanAddressesLeaveSomeEmpty) {
  const auto set = set_of({"10.0.0.1-2"});
  std::vector<std::uint64_t> lengths;
  for (std::uint64_t shard = 0; shard < 4; ++shard) {
    lengths.push_back(TargetSet::Cursor{set, {.shard = shard, .shards = 4}}.length());
  }
  EXPECT_THAT(lengths, ElementsAre(1, 1, 0, 0));
  const TargetSet nothing;
  EXPECT_TRUE(walk({nothing, {.key = 3}}).empty());
}

TEST(TargetOrder, AnyPlaceOfAHugeSetCostsNoWayThere) {
  const auto set = set_of({"10.0.0.0/8", "172.16.0.0/12"});
  const TargetOrder order{.key = 9};
  const std::uint64_t length = set.size();
  EXPECT_EQ(length, (1U << 24U) + (1U << 20U));
  TargetSet::Cursor cursor{set, order, length - 2};
  const auto last = {cursor.next(), cursor.next()};
  EXPECT_EQ(cursor.passed(), length);
  EXPECT_FALSE(cursor.next());
  for (const auto& target : last) ASSERT_TRUE(target);
}

// Expressions from a small corner, so that they overlap; singles, ranges, patterns of many runs and IPv6.
std::string any_expression() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return fmt::format("10.0.0.{}", *rc::gen::inRange(0, 64));
    case 1:
      return fmt::format("10.0.0.{}/{}", *rc::gen::inRange(0, 64), *rc::gen::inRange(26, 33));
    case 2:
      return fmt::format("10.0.0,2.{},{}", *rc::gen::inRange(0, 64), *rc::gen::inRange(0, 64));
    default:
      return fmt::format("2001:db8::{:x}/{}", *rc::gen::inRange(0, 64), *rc::gen::inRange(122, 129));
  }
}

std::vector<std::string> any_expressions(int least, int most) {
  std::vector<std::string> expressions(static_cast<std::size_t>(*rc::gen::inRange(least, most)));
  std::ranges::generate(expressions, any_expression);
  return expressions;
}

TargetOrder any_order() {
  TargetOrder order;
  order.key = *rc::gen::arbitrary<std::uint64_t>();
  order.shards = *rc::gen::inRange<std::uint64_t>(1, 6);
  order.kind = *rc::gen::arbitrary<bool>() ? TargetOrder::Kind::shuffled : TargetOrder::Kind::sequential;
  return order;
}

RC_GTEST_PROP(TargetOrderProperty, ShardsTogetherPassEveryTargetOnce, ()) {
  const auto set = set_of(any_expressions(1, 6), any_expressions(0, 2));
  TargetOrder order = any_order();
  std::vector<Step> all;
  std::uint64_t lengths = 0;
  for (; order.shard < order.shards; ++order.shard) {
    const auto part = walk({set, order});
    all.insert(all.end(), part.begin(), part.end());
    lengths += TargetSet::Cursor{set, order}.length();
  }
  RC_ASSERT(sorted(all) == walk(TargetSet::Cursor{set}));
  RC_ASSERT(lengths == set.size());
}

RC_GTEST_PROP(TargetOrderProperty, AWalkGoesOnWhereAnotherHadStopped, ()) {
  const auto set = set_of(any_expressions(1, 6), any_expressions(0, 2));
  TargetOrder order = any_order();
  order.shard = *rc::gen::inRange<std::uint64_t>(0, order.shards);
  TargetSet::Cursor cursor{set, order};
  std::vector<Step> steps;
  for (int i = *rc::gen::inRange(0, 100); i > 0; --i) {
    if (const auto target = cursor.next()) steps.push_back({target->address, target->position});
  }
  const auto rest = walk({set, order, cursor.passed()});
  steps.insert(steps.end(), rest.begin(), rest.end());
  RC_ASSERT(steps == walk({set, order}));
}

}  // namespace
}  // namespace portolan::plan
