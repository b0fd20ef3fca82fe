#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Echo, SaysTheCookieInHexadecimal) { EXPECT_EQ(question_of(echo, 0xdead1234), text("dead1234")); }

TEST(Echo, IsKnownByItsQuestionComingBack) {
  EXPECT_EQ(echo.match(0xdead1234, text("dead1234")), Match::genuine);
  EXPECT_EQ(echo.match(0xdead1235, text("dead1234")), Match::stale);
  EXPECT_EQ(echo.match(0xdead1234, text("dead1234\r\n")), Match::other);
  EXPECT_EQ(echo.match(0xdead1234, text("good day")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
