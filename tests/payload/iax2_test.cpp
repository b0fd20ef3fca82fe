#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Iax2, Pokes) {
  EXPECT_EQ(question_of(iax2, 0x12345678), hex("d678 0000 00000000 00 00 06 1e"));  // full frame, our call, POKE
}

TEST(Iax2, APongComesToOurCall) {
  const auto pong = hex("8001 5678 00000000 00 01 06 03");
  EXPECT_EQ(iax2.match(0x12345678, pong), Match::genuine);
  EXPECT_EQ(iax2.match(0x12345679, pong), Match::stale);
  EXPECT_EQ(iax2.match(0x12345678, Bytes{pong}.first(11)), Match::other);
}

}  // namespace
}  // namespace portolan::payload
