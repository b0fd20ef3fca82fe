#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Dtls, SaysHello) {
  EXPECT_EQ(question_of(dtls, 1),
            hex("16 feff 0000 000000000000 0058"  // handshake record 0 of epoch 0
                "01 00004c 0000 000000 00004c"    // ClientHello, message 0, whole
                "fefd 0000000000000000 0000000000000000 0000000000000000 0000000000000000"  // version 1.2, random
                "00 00 000c c02f c02b c0ae c0a8 009c 002f 01 00"                            // suites, no compression
                "0016 000a 0006 0004 0017 001d"                                             // groups
                "000d 0008 0006 0403 0401 0804"));                                          // signatures
}

TEST(Dtls, HelloVerifyRequestAndAlertAreAnswers) {
  // Of a server of GnuTLS.
  const auto verify =
      hex("16 feff 0000 000000000000 001f 03 000013 0000 000000 000013 feff 10"
          "710daadb088f416ee19bd9a0f82e3c69");
  EXPECT_EQ(dtls.match(1, verify), Match::genuine);
  EXPECT_EQ(dtls.match(1, Bytes{verify}.first(13)), Match::other) << "no message";
  EXPECT_EQ(dtls.match(1, hex("15 fefd 0000 000000000000 0002 02 28")), Match::genuine);
  EXPECT_EQ(dtls.match(1, hex("16 0303 0000 000000000000 0002 02 28")), Match::other) << "TLS";
}

}  // namespace
}  // namespace portolan::payload
