#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ikev2NatT, SetsFourZerosBefore) {
  EXPECT_EQ(question_of(ikev2_nat_t, 0x12345678), hex("00000000") + question_of(ikev2, 0x12345678));
}

TEST(Ikev2NatT, AnAnswerHasThemAsWell) {
  const auto refusal = answer_to(ikev2, question_of(ikev2, 0x12345678));
  EXPECT_EQ(ikev2_nat_t.match(0x12345678, hex("00000000") + refusal), Match::genuine);
  EXPECT_EQ(ikev2_nat_t.match(0x12345678, refusal), Match::other);
  EXPECT_EQ(ikev2_nat_t.match(0x12345678, hex("ff")), Match::other) << "a keepalive";
}

}  // namespace
}  // namespace portolan::payload
