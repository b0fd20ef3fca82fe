#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(MinecraftQuery, ShakesHands) { EXPECT_EQ(question_of(minecraft_query, 0x12345678), hex("fefd 09 02040608")); }

TEST(MinecraftQuery, ANumberComesWithOurSession) {
  const auto challenge = hex("09 02040608") + text("9513307") + hex("00");
  EXPECT_EQ(minecraft_query.match(0x12345678, challenge), Match::genuine);
  EXPECT_EQ(minecraft_query.match(0x12345679, challenge), Match::stale);
  EXPECT_EQ(minecraft_query.match(0x12345678, hex("09 02040608 00")), Match::other) << "no number";
}

}  // namespace
}  // namespace portolan::payload
