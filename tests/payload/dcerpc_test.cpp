#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Dcerpc, AsksAboutACallThatNeverWas) {
  EXPECT_EQ(question_of(dcerpc, 0x12345678),
            hex("04 01 00 00 000000 00"                                              // version 4, ping
                "00000000000000000000000000000000 e1af83085d1f11c991a408002b14a0fa"  // object, endpoint mapper
                "12345678000000000000000000000000"                                   // activity
                "00000000 00000003 00000000 0000 ffff ffff 0000 0000 00 00"));       // its version, no hints
}

TEST(Dcerpc, NoCallIsAnAnswer) {
  auto answer = question_of(dcerpc, 0x12345678);
  answer[1] = 5;
  EXPECT_EQ(dcerpc.match(0x12345678, answer), Match::genuine);
  EXPECT_EQ(dcerpc.match(0x12345679, answer), Match::stale);
  EXPECT_EQ(dcerpc.match(0x78563412, answer), Match::genuine) << "little-endian";
  EXPECT_EQ(dcerpc.match(0x12345678, Bytes{answer}.first(79)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
