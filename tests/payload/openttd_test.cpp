#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Openttd, LooksForAServer) { EXPECT_EQ(question_of(openttd, 1), hex("0300 00")); }

TEST(Openttd, AServerTellsOfItself) {
  EXPECT_EQ(openttd.match(1, hex("0500 01 06 00")), Match::genuine);
  EXPECT_EQ(openttd.match(1, hex("0600 01 06 00")), Match::other) << "another length than it says";
  EXPECT_EQ(openttd.match(1, hex("0200")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
