// Names of a scan's targets, looked up beside its preparation.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "cli/scan/scan_plan.h"
#include "tests/cli/scan_plans.h"

namespace portolan::cli {
namespace {

Result<std::string> read_names(std::string_view path) {
  return path == "names" ? Result<std::string>{"c\nd"} : read(path);
}

// Look-ups beside the preparation. What is late is answered when it is waited for, and not sooner.
struct LookUps {
  std::set<std::string> late;
  Words events = {};
};

Result<PreparedScan> prepare_beside(const Words& line, LookUps& lookups, Case given = {}) {
  const auto words = parse_scan_options(line, given.dialect);
  if (!words) return fail(words.error());
  PreparedScan scan;
  const auto done =
      prepare_scan(*words, given.dialect,
                   {.resolve =
                        [&](std::string_view name) {
                          lookups.events.push_back(fmt::format("wait {}", name));
                          return name == "nosuch" ? resolve(name) : resolve("dual");
                        },
                    .look_up = [&](std::string_view name) { lookups.events.push_back(fmt::format("ask {}", name)); },
                    .is_late = [&](std::string_view name) { return lookups.late.contains(std::string{name}); },
                    .zone_of = [](std::string_view) { return 0U; },
                    .read = read_names,
                    .links = [] { return Words{}; },
                    .services = services()},
                   scan);
  if (!done) return fail(done.error());
  return scan;
}

Words late_names(const PreparedScan& scan) {
  Words names;
  for (const auto& late : scan.late) names.push_back(late.place + '/' + late.name);
  return names;
}

TEST(ScanPlanNames, AreAllAskedForBeforeOneIsWaitedFor) {
  LookUps lookups;
  const auto scan = prepare_beside({"a", "198.18.0.1", "b/24", "-iL", "names", "--exclude", "x,y"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(lookups.events, (Words{"ask x", "ask y", "ask a", "ask b", "ask c", "ask d", "wait x", "wait y", "wait a",
                                   "wait b", "wait c", "wait d"}));
}

TEST(ScanPlanNames, ThatAreLateEnterTheScanLater) {
  for (const Case& dialect : {Case{}, nmap}) {
    LookUps lookups{{"a", "c"}};
    const auto scan = prepare_beside({"a", "198.18.9.9", "b", "c"}, lookups, dialect);
    ASSERT_TRUE(scan.has_value());
    EXPECT_EQ(late_names(*scan), (Words{"/a", "/c"}));
    EXPECT_EQ(targets_of(*scan).front(), "198.18.9.9");
    EXPECT_FALSE(std::ranges::find(lookups.events, "wait a") != lookups.events.end());
    const bool first = scan->target_options.addresses == plan::TargetOptions::Addresses::first;
    EXPECT_EQ(first, dialect.dialect == Dialect::nmap);
  }
}

TEST(ScanPlanNames, AreWaitedForWhereNothingElseCouldBegin) {
  LookUps lookups{{"a"}};
  const auto scan = prepare_beside({"a"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), Words{});
  EXPECT_EQ(targets_of(*scan).front(), "198.18.0.1");

  LookUps failing{{"nosuch"}};
  const auto nothing = prepare_beside({"nosuch"}, failing);
  ASSERT_FALSE(nothing.has_value()) << "as if it had not been late";
  EXPECT_EQ(nothing.error().code, Errc::unresolved);
}

TEST(ScanPlanNames, OfSeveralTheFirstToComeBeginsTheScan) {
  LookUps lookups{{"a", "b"}};
  const auto scan = prepare_beside({"a", "b"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), (Words{"/a", "/b"}));
}

TEST(ScanPlanNames, OneThatFailedIsToldBeforeAnotherIsWaitedFor) {
  LookUps lookups{{"a"}};
  const auto scan = prepare_beside({"a", "nosuch"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), (Words{"/a"}));
  EXPECT_EQ(scan->left_out.size(), 1U);
}

TEST(ScanPlanNames, OfAListAreWaitedForBecauseItsOrderIsTheOneTyped) {
  LookUps lookups{{"a"}};
  const auto scan = prepare_beside({"-sL", "198.18.9.9", "a", "198.18.9.8"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), Words{});
  EXPECT_EQ(targets_of(*scan), (Words{"198.18.9.9", "198.18.0.1", "198.18.0.2", "2001:db8::1", "198.18.9.8"}));
}

TEST(ScanPlanNames, ThatAreLateKnowTheFileThatNamesThem) {
  LookUps lookups{{"a", "c"}};
  const auto scan = prepare_beside({"a", "198.18.9.9", "-iL", "names"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), (Words{"/a", "names/c"}));
}

TEST(ScanPlanNames, WithAPrefixLengthAreWaitedForBecauseItMayBeWrong) {
  LookUps lookups{{"a", "b"}};
  const auto scan = prepare_beside({"198.18.9.9", "a/30"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(late_names(*scan), Words{});
  EXPECT_EQ(scan->plan.targets.size(), 5U);
  EXPECT_FALSE(prepare_beside({"198.18.9.9", "-6", "b/64"}, lookups).has_value());
}

TEST(ScanPlanNames, ThatAreExcludedAreWaitedForBeforeAnythingIsSent) {
  LookUps lookups{{"x"}};
  const auto scan = prepare_beside({"198.18.0.0/30", "--exclude", "x"}, lookups);
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(targets_of(*scan), (Words{"198.18.0.0", "198.18.0.3"}));
  EXPECT_FALSE(prepare_beside({"198.18.0.0/30", "--exclude", "nosuch"}, lookups).has_value());
}

TEST(ScanPlanNames, AreNotWaitedForWhereAWordIsWrong) {
  for (const Words& wrong : {Words{"a", "198.18.0.5/99"}, {"a", "-iL", "bad"}, {"a", "--exclude", "x,198.18.0.5/99"}}) {
    LookUps lookups;
    EXPECT_FALSE(prepare_beside(wrong, lookups).has_value());
    EXPECT_FALSE(std::ranges::any_of(lookups.events, [](const std::string& one) { return one.starts_with("wait"); }));
  }
  LookUps lookups;
  const auto scan = prepare_beside({"a", "198.18.0.5/x"}, lookups, nmap);
  ASSERT_TRUE(scan.has_value()) << "under that name it is left out";
  EXPECT_EQ(scan->left_out.size(), 1U);
}

TEST(ScanPlanNames, LateOnesMayBeAskedByWhatOnlyIPv4Has) {
  LookUps lookups{{"a"}};
  EXPECT_TRUE(prepare_beside({"-PM", "2001:db8::9", "a"}, lookups).has_value());
}

}  // namespace
}  // namespace portolan::cli
