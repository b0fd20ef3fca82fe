#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Time, AnyDatagramIsAQuestion) { EXPECT_EQ(question_of(payload::time, 1), text("\r\n")); }

TEST(Time, ANumberOfFourBytesIsAnAnswer) {
  EXPECT_EQ(payload::time.match(1, hex("83aa7e80")), Match::genuine) << "1970-01-01 00:00";
  EXPECT_EQ(payload::time.match(1, hex("83aa7e")), Match::other);
  EXPECT_EQ(payload::time.match(1, hex("83aa7e8000")), Match::other);
}

TEST(Time, InetutilsSendsEightBytes) {
  EXPECT_EQ(payload::time.match(1, hex("eeb9337800000000")), Match::genuine);
  EXPECT_EQ(payload::time.match(1, hex("eeb9337800000001")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
