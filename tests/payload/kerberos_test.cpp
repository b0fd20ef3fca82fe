#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Kerberos, WantsATicketForNobody) {
  EXPECT_EQ(question_of(kerberos, 1),
            hex("6a79 3077 a103020105 a20302010a a46b 3069"  // AS-REQ of version 5
                "a007 0305 0000000000"                       // no options
                "a113 3011 a003020101 a10a 3008 1b06") +
                text("nobody") + hex("a209 1b07") + text("INVALID") + hex("a31c 301a a003020102 a113 3011 1b06") +
                text("krbtgt") + hex("1b07") + text("INVALID") + hex("a511 180f") + text("19700101000000Z") +
                hex("a703020101 a808 3006 020112 020111"));  // nonce, AES of 256 and 128 bits
}

TEST(Kerberos, AnErrorIsAnAnswer) {
  const auto error = hex("7e0c 300a a003020105 a10302011e");
  EXPECT_EQ(kerberos.match(1, error), Match::genuine);
  EXPECT_EQ(kerberos.match(1, hex("7e0c 300a a003020105 a10302010a")), Match::other) << "no error's type";
  EXPECT_EQ(kerberos.match(1, hex("6b0c 300a a003020105 a10302010b")), Match::genuine) << "a ticket, after all";
}

}  // namespace
}  // namespace portolan::payload
