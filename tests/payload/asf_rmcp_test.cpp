#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(AsfRmcp, PingsForPresence) {
  EXPECT_EQ(question_of(asf_rmcp, 0x12345678), hex("06 00 ff 06 000011be 80 78 00 00"));
  EXPECT_EQ(question_of(asf_rmcp, 0xff)[9], 0x7f) << "255 would be no question";
}

TEST(AsfRmcp, APongGivesTheTagBack) {
  const auto pong = hex("06 00 ff 06 000011be 40 78 00 10 000011be 00000000 81 00 000000000000");
  EXPECT_EQ(asf_rmcp.match(0x12345678, pong), Match::genuine);
  EXPECT_EQ(asf_rmcp.match(0x12345679, pong), Match::stale);
  EXPECT_EQ(asf_rmcp.match(0x12345678, Bytes{pong}.first(9)), Match::other);
}

}  // namespace
}  // namespace portolan::payload
