#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Hdhomerun, DiscoversAnything) {
  EXPECT_EQ(question_of(hdhomerun, 1),
            hex("0002 000c 01 04 ffffffff 02 04 ffffffff 73cc7d8f"));  // type, number, CRC-32
}

TEST(Hdhomerun, AReplyIsAnAnswer) {
  EXPECT_EQ(hdhomerun.match(1, hex("0003 0006 01 04 00000001 01020304")), Match::genuine);
  EXPECT_EQ(hdhomerun.match(1, hex("0003 0007 01 04 00000001 01020304")), Match::other) << "not whole";
  EXPECT_EQ(hdhomerun.match(1, hex("0005 0006 01 04 00000001 01020304")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
