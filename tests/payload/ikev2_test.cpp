#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ikev2, OffersAnSaInit) {
  EXPECT_EQ(question_of(ikev2, 0x12345678),
            hex("12345678 00000001 0000000000000000"           // our SPI, none of the responder
                "21 20 22 08 00000000 00000088"                // SA, version 2.0, IKE_SA_INIT
                "22 00 0030 00 00 002c 01 01 00 04"            // one proposal of four transforms
                "03 00 000c 01 00 000c 800e0080"               // AES-CBC of 128 bits
                "03 00 0008 02 00 0005 03 00 0008 03 00 000c"  // HMAC-SHA-256 twice
                "00 00 0008 04 00 001f"                        // curve 25519
                "28 00 0028 001f 0000"                         // a public value of it
                "0900000000000000 0000000000000000 0000000000000000 0000000000000000"
                "00 00 0014 12345678 00000000 00000000 00000000"));  // nonce
}

TEST(Ikev2, ARefusalIsAnAnswer) {
  // As strongSwan refuses: without an SPI of its own, which RFC 7296 §2.6 allows.
  const auto refusal = hex("12345678 00000001 0000000000000000 29 20 22 20 00000000 00000024 00 00 0008 00 00 000e");
  EXPECT_EQ(ikev2.match(0x12345678, refusal), Match::genuine);
  EXPECT_EQ(ikev2.match(0x12345679, refusal), Match::stale);
  EXPECT_EQ(ikev2.match(0x12345678, Bytes{refusal}.first(27)), Match::other) << "no whole header";
  EXPECT_EQ(ikev1.match(0x12345678, refusal), Match::other);
}

}  // namespace
}  // namespace portolan::payload
