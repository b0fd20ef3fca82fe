#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(GtpV2, AsksForAnEcho) { EXPECT_EQ(question_of(gtp_v2, 0x12345678), hex("40 01 0009 345678 00 03 0001 00 00")); }

TEST(GtpV2, AnEchoGivesTheSequenceBack) {
  const auto echo = hex("40 02 0009 345678 00 03 0001 00 07");
  EXPECT_EQ(gtp_v2.match(0x12345678, echo), Match::genuine);
  EXPECT_EQ(gtp_v2.match(0x12345679, echo), Match::stale);
  EXPECT_EQ(gtp_v2.match(0x12345678, Bytes{echo}.first(7)), Match::other);
  EXPECT_EQ(gtp_v1.match(0x12345678, echo), Match::other);
}

}  // namespace
}  // namespace portolan::payload
