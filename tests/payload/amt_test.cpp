#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Amt, LooksForARelay) { EXPECT_EQ(question_of(amt, 0x12345678), hex("01 000000 12345678")); }

TEST(Amt, ARelayGivesTheNonceBack) {
  const auto advertisement = hex("02 000000 12345678 c6336401");
  EXPECT_EQ(amt.match(0x12345678, advertisement), Match::genuine);
  EXPECT_EQ(amt.match(0x12345679, advertisement), Match::stale);
  EXPECT_EQ(amt.match(0x12345678, Bytes{advertisement}.first(11)), Match::other) << "no whole address";
}

}  // namespace
}  // namespace portolan::payload
