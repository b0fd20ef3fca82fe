#include "base/odd_dash.h"

#include <gtest/gtest.h>

namespace portolan {
namespace {

TEST(OddDash, TheFirstIsFoundWhereItStands) {
  const auto dash = odd_dash_in("198.18.0.1\u20135\u2212");
  ASSERT_TRUE(dash);
  EXPECT_EQ(dash->at, 10U);
  EXPECT_EQ(dash->bytes, 3U);
  EXPECT_EQ(dash->name, "an en dash (U+2013)");
  EXPECT_EQ(odd_dash_in("\u2212x\u2013")->name, "a minus sign (U+2212)");
}

TEST(OddDash, TheKeyboardsOwnIsNone) {
  for (const char* text : {"", "-", "--open", "host-name", "caf\u00e9", "\u2016", "\xe2\x80"}) {
    EXPECT_FALSE(odd_dash_in(text)) << text;
  }
}

TEST(OddDash, NamesMayHaveThoseThatStandForTheKeyboardsInThem) {
  EXPECT_TRUE(odd_dash_in("a\uff0db"));
  EXPECT_FALSE(odd_dash_in_name("a\uff0db"));
  EXPECT_EQ(odd_dash_in_name("a\uff0db\u2010c")->name, "a hyphen (U+2010)");
}

}  // namespace
}  // namespace portolan
