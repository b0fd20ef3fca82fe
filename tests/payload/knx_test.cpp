#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Knx, AsksForADescription) {
  EXPECT_EQ(question_of(knx, 1), hex("06 10 0203 000e"         // version 1.0, request, size
                                     "08 01 00000000 0000"));  // over UDP, to where it came from
}

TEST(Knx, ADescriptionIsAnAnswer) {
  EXPECT_EQ(knx.match(1, hex("06 10 0204 000a 04 02 0201")), Match::genuine);
  EXPECT_EQ(knx.match(1, hex("06 10 0204 000b 04 02 0201")), Match::other) << "another length than it says";
  EXPECT_EQ(knx.match(1, hex("06 10 0206 0008 00 24")), Match::other) << "a refused connection";
}

}  // namespace
}  // namespace portolan::payload
