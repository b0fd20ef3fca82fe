#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(GtpV1, AsksForAnEcho) { EXPECT_EQ(question_of(gtp_v1, 0x12345678), hex("32 01 0004 00000000 5678 00 00")); }

TEST(GtpV1, AnEchoGivesTheSequenceBack) {
  const auto echo = hex("32 02 0006 00000000 5678 00 00 0e 07");
  EXPECT_EQ(gtp_v1.match(0x12345678, echo), Match::genuine);
  EXPECT_EQ(gtp_v1.match(0x12345679, echo), Match::stale);
  EXPECT_EQ(gtp_v1.match(0x12345678, hex("30 03 0000 00000000")), Match::genuine) << "version not supported";
  EXPECT_EQ(gtp_v1.match(0x12345678, Bytes{echo}.first(7)), Match::other);
  EXPECT_EQ(gtp_v2.match(0x12345678, echo), Match::other);
}

}  // namespace
}  // namespace portolan::payload
