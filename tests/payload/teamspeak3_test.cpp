#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Teamspeak3, BeginsAHandshake) {
  EXPECT_EQ(question_of(teamspeak3, 0x12345678), text("TS3INIT1") + hex("0065 0000 88"                   // packet 101
                                                                        "063bece9 00 00000000 12345678"  // step 0
                                                                        "0000000000000000"));
}

TEST(Teamspeak3, AServerTurnsOurNumberRound) {
  const auto step_1 = text("TS3INIT1") + hex("0065 88 01 0123456789abcdef0123456789abcdef 78563412");
  EXPECT_EQ(teamspeak3.match(0x12345678, step_1), Match::genuine);
  EXPECT_EQ(teamspeak3.match(0x12345679, step_1), Match::stale);
  EXPECT_EQ(teamspeak3.match(0x12345678, Bytes{step_1}.first(31)), Match::other) << "not whole";
}

}  // namespace
}  // namespace portolan::payload
