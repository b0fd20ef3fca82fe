#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Quake3, AsksForInformation) {
  EXPECT_EQ(question_of(quake3, 0xdead1234), hex("ffffffff") + text("getinfo dead1234"));
}

TEST(Quake3, AServerGivesTheChallengeBack) {
  const auto info = hex("ffffffff") + text("infoResponse\n\\challenge\\dead1234\\protocol\\71\\hostname\\noname");
  EXPECT_EQ(quake3.match(0xdead1234, info), Match::genuine);
  EXPECT_EQ(quake3.match(0xdead1235, info), Match::stale);
  EXPECT_EQ(quake3.match(0xdead1234, hex("ffffffff") + text("print\n")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
