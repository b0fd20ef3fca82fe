#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Icp, AsksForAPageThatCannotBeThere) {
  EXPECT_EQ(question_of(icp, 0x12345678), hex("01 02 0028 12345678 00000000 00000000 00000000"  // query of version 2
                                              "00000000") +
                                              text("http://invalid/") + hex("00"));
}

TEST(Icp, AMissAndADenialAreAnswers) {
  const auto miss = hex("03 02 0024 12345678 00000000 00000000 00000000") + text("http://invalid/") + hex("00");
  EXPECT_EQ(icp.match(0x12345678, miss), Match::genuine);
  EXPECT_EQ(icp.match(0x12345679, miss), Match::stale);
  EXPECT_EQ(icp.match(0x12345678, hex("16 02 0014 12345678 00000000 00000000 00000000")), Match::genuine) << "denied";
  EXPECT_EQ(icp.match(0x12345678, Bytes{miss}.first(19)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
