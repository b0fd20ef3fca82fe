#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Dns, AsksWhoServesTheRoot) {
  EXPECT_EQ(question_of(dns, 0xdead1234), hex("1234 0000 0001 0000 0000 0000"  // id, flags, one question
                                              "00 0002 0001"));                // "." NS IN
}

TEST(Dns, KnowsAResponseByItsFlagAndItsId) {
  // As a server that resolves for nobody refuses: QR set, code 5.
  const auto refusal = hex("1234 8005 0001 0000 0000 0000 00 0002 0001");
  EXPECT_EQ(dns.match(0x1234, refusal), Match::genuine);
  EXPECT_EQ(dns.match(0x1235, refusal), Match::stale);
  EXPECT_EQ(dns.match(0x1234, Bytes{refusal}.first(11)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
