#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Icecream, TellsAnOldVersion) { EXPECT_EQ(question_of(icecream, 1), hex("20")); }

TEST(Icecream, OneVersionMoreAndANameIsAnAnswer) {
  EXPECT_EQ(icecream.match(1, hex("21") + text("ICECREAM") + Octets(7)), Match::genuine);
  EXPECT_EQ(icecream.match(1, hex("20") + text("ICECREAM") + Octets(7)), Match::other);
  EXPECT_EQ(icecream.match(1, hex("21")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
