#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Stun, AsksForABinding) {
  EXPECT_EQ(question_of(stun, 0x12345678), hex("0001 0000 2112a442"             // request without attributes, magic
                                               "12345678 00000000 00000000"));  // transaction
}

TEST(Stun, ABindingAndAnErrorGiveTheTransactionBack) {
  const auto success = hex("0101 000c 2112a442 12345678 00000000 00000000 0020 0008 0001 bd52 e112a643");
  EXPECT_EQ(stun.match(0x12345678, success), Match::genuine);
  EXPECT_EQ(stun.match(0x12345679, success), Match::stale);
  EXPECT_EQ(stun.match(0x12345678, hex("0111 0000 2112a442 12345678 00000000 00000000")), Match::genuine);
  EXPECT_EQ(stun.match(0x12345678, Bytes{success}.first(19)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
