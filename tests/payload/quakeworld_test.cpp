#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Quakeworld, Pings) { EXPECT_EQ(question_of(quakeworld, 1), hex("ffffffff 6b 0a")); }

TEST(Quakeworld, ALetterIsAnAnswer) {
  EXPECT_EQ(quakeworld.match(1, text("l")), Match::genuine);
  EXPECT_EQ(quakeworld.match(1, text("m")), Match::other);
  EXPECT_EQ(quakeworld.match(1, text("ll")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
