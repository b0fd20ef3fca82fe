#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ikev1, OffersAMainMode) {
  EXPECT_EQ(question_of(ikev1, 0x12345678),
            hex("12345678 00000001 0000000000000000"               // our SPI, none of the responder
                "01 10 02 00 00000000 0000004c"                    // SA, version 1.0, main mode, 76 bytes
                "00 00 0030 00000001 00000001"                     // IPsec, identity only
                "00 00 0024 01 01 00 01"                           // one proposal of one transform
                "00 00 001c 01 01 0000"                            // KEY_IKE:
                "80010007 800e0080 80020002 80030001 8004000e"));  // AES-128, SHA-1, pre-shared key, group 14
}

TEST(Ikev1, ARefusalIsAnAnswer) {
  const auto refusal =
      hex("12345678 00000001 0123456789abcdef 0b 10 05 00 a1b2c3d4 00000028"
          "0000 000c 00000001 01 00 000e");
  EXPECT_EQ(ikev1.match(0x12345678, refusal), Match::genuine);
  EXPECT_EQ(ikev1.match(0x12345679, refusal), Match::stale);
  EXPECT_EQ(ikev1.match(0x12345678, Bytes{refusal}.first(27)), Match::other) << "no whole header";
  EXPECT_EQ(ikev2.match(0x12345678, refusal), Match::other);
}

}  // namespace
}  // namespace portolan::payload
