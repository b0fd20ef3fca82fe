#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Sip, AsksForTheOptions) {
  EXPECT_EQ(question_of(sip, 0xdead1234), text("OPTIONS sip:invalid SIP/2.0\r\n"
                                               "Via: SIP/2.0/UDP invalid;branch=z9hG4bKdead1234;rport\r\n"
                                               "Max-Forwards: 0\r\n"
                                               "From: <sip:anonymous@anonymous.invalid>;tag=dead1234\r\n"
                                               "To: <sip:invalid>\r\n"
                                               "Call-ID: dead1234\r\n"
                                               "CSeq: 1 OPTIONS\r\n"
                                               "Content-Length: 0\r\n\r\n"));
}

TEST(Sip, AnyStatusIsAnAnswer) {
  const auto too_far = text("SIP/2.0 483 Too Many Hops\r\nCall-ID: dead1234\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(sip.match(0xdead1234, too_far), Match::genuine);
  EXPECT_EQ(sip.match(0xdead1235, too_far), Match::stale);
  EXPECT_EQ(sip.match(0xdead1234, text("HTTP/1.1 400 Bad Request\r\n\r\n")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
