#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(MinecraftBedrock, PingsWithoutAConnection) {
  EXPECT_EQ(question_of(minecraft_bedrock, 0x12345678),
            hex("01 0000000012345678 00ffff00fefefefefdfdfdfd12345678 0000000000000000"));  // time, magic, guid
}

TEST(MinecraftBedrock, APongGivesTheTimeBack) {
  const auto pong = hex("1c 0000000012345678 0123456789abcdef 00ffff00fefefefefdfdfdfd12345678 0005") + text("MCPE;");
  EXPECT_EQ(minecraft_bedrock.match(0x12345678, pong), Match::genuine);
  EXPECT_EQ(minecraft_bedrock.match(0x12345679, pong), Match::stale);
  EXPECT_EQ(minecraft_bedrock.match(0x12345678, Bytes{pong}.first(32)), Match::other) << "no whole magic";
}

}  // namespace
}  // namespace portolan::payload
