#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Systat, AnyDatagramIsAQuestion) { EXPECT_EQ(question_of(systat, 1), text("\r\n")); }

TEST(Systat, AListOfUsersIsText) {
  EXPECT_EQ(systat.match(1, text("root     console  Dec  1 10:49\r\nguest    ttyS0    Dec  1 10:50\r\n")),
            Match::genuine);
  EXPECT_EQ(systat.match(1, hex("80010203")), Match::other) << "no letters";
  EXPECT_EQ(systat.match(1, {}), Match::other);
}

}  // namespace
}  // namespace portolan::payload
