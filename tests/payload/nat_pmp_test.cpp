#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(NatPmp, AsksForTheAddressOutside) { EXPECT_EQ(question_of(nat_pmp, 1), hex("00 00")); }

TEST(NatPmp, AnAddressOrAnErrorIsAnAnswer) {
  EXPECT_EQ(nat_pmp.match(1, hex("00 80 0000 00000e10 c6336401")), Match::genuine);
  EXPECT_EQ(nat_pmp.match(1, hex("00 80 0003 00000e10")), Match::genuine) << "network failure";
  EXPECT_EQ(nat_pmp.match(1, hex("00 81 0000 00000e10 c6336401")), Match::other) << "a mapping, which nobody asked for";
}

}  // namespace
}  // namespace portolan::payload
