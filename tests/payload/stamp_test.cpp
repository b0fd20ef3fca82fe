#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Stamp, SendsAShortTestPacket) {
  EXPECT_EQ(question_of(stamp, 0x12345678), hex("12345678 0000000000000000 0001 0000"  // number, time, its error
                                                "00000000 00000000 00000000 00000000 00000000 00000000 00000000"));
}

TEST(Stamp, AReflectorSendsOurNumberBehindItsOwn) {
  const auto reflected =
      hex("00000001 ecb7f5c600000000 0001 0000 ecb7f5c600000000"
          "12345678 0000000000000000 0001 0000 ff000000");
  EXPECT_EQ(stamp.match(0x12345678, reflected), Match::genuine);
  EXPECT_EQ(stamp.match(0x12345679, reflected), Match::stale);
  EXPECT_EQ(stamp.match(0x12345678, Bytes{reflected}.first(43)), Match::other);
}

}  // namespace
}  // namespace portolan::payload
