#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Lifx, AsksForServices) {
  EXPECT_EQ(question_of(lifx, 0x12345678), hex("2400 0034 1234567a"                   // size, protocol, source
                                               "0000000000000000 000000000000 00 00"  // everybody
                                               "0000000000000000 0200 0000"));        // GetService
}

TEST(Lifx, AServiceComesWithOurSource) {
  const auto state =
      hex("2900 0014 1234567a d073d50012340000 4c4946585632 00 00 0000000000000000 0300 0000 01 7cdd0000");
  EXPECT_EQ(lifx.match(0x12345678, state), Match::genuine);
  EXPECT_EQ(lifx.match(0x1234567c, state), Match::stale);
  EXPECT_EQ(lifx.match(0x12345678, Bytes{state}.first(40)), Match::other) << "not whole";
}

}  // namespace
}  // namespace portolan::payload
