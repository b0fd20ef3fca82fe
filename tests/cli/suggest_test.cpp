#include "cli/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace portolan::cli {
namespace {

TEST(EditDistance, CountsSlipsOfTheFingers) {
  EXPECT_EQ(edit_distance("scan", "scan"), 0U);
  EXPECT_EQ(edit_distance("scna", "scan"), 1U);   // neighbours swapped
  EXPECT_EQ(edit_distance("scn", "scan"), 1U);    // left out
  EXPECT_EQ(edit_distance("scaan", "scan"), 1U);  // too many
  EXPECT_EQ(edit_distance("scen", "scan"), 1U);   // changed
  EXPECT_EQ(edit_distance("", "scan"), 4U);
  EXPECT_EQ(edit_distance("scan", ""), 4U);
}

TEST(Closest, PrefersTheFirstOfTheBest) {
  constexpr std::array<std::string_view, 3> known{"--open", "--version", "--verbose"};
  EXPECT_EQ(closest("--opn", known), "--open");
  EXPECT_EQ(closest("--verison", known), "--version");
}

TEST(Closest, SaysNothingWhereNothingIsNear) {
  constexpr std::array<std::string_view, 2> known{"--open", "--version"};
  EXPECT_EQ(closest("--completely-different", known), std::nullopt);
  EXPECT_EQ(closest("", known), std::nullopt);
}

}  // namespace
}  // namespace portolan::cli
