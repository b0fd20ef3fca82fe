#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Daytime, AnyDatagramIsAQuestion) { EXPECT_EQ(question_of(daytime, 1), text("\r\n")); }

TEST(Daytime, ADateIsText) {
  EXPECT_EQ(daytime.match(1, text("01 DEC 2026 10:49:42 UTC\r\n")), Match::genuine);
  EXPECT_EQ(daytime.match(1, hex("80010203")), Match::other) << "no letters";
  EXPECT_EQ(daytime.match(1, {}), Match::other);
}

}  // namespace
}  // namespace portolan::payload
