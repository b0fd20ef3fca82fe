#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Pcp, AnnouncesWithoutAnAddress) {
  EXPECT_EQ(question_of(pcp, 1), hex("02 00 0000 00000000 00000000000000000000000000000000"));
}

TEST(Pcp, AResponseOfAnyVersionIsAnAnswer) {
  EXPECT_EQ(pcp.match(1, hex("02 80 00 0c 00000708 00000e10 000000000000000000000000")), Match::genuine);
  EXPECT_EQ(pcp.match(1, hex("00 80 0001 00000e10")), Match::genuine) << "NAT-PMP: unsupported version";
  EXPECT_EQ(pcp.match(1, hex("02 80 00 0c")), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
