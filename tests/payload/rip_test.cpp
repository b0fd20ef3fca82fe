#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Rip, AsksForTheDefaultRoute) {
  EXPECT_EQ(question_of(rip, 1), hex("01 02 0000"                                        // request of version 2
                                     "0002 0000 00000000 00000000 00000000 00000010"));  // 0.0.0.0/0
}

TEST(Rip, EntriesAreAnAnswer) {
  EXPECT_EQ(rip.match(1, hex("02 02 0000 0002 0000 00000000 00000000 00000000 00000001")), Match::genuine);
  EXPECT_EQ(rip.match(1, hex("02 02 0000 0002 0000")), Match::other) << "no whole entry";
  EXPECT_EQ(rip.match(1, hex("02 03 0000")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
