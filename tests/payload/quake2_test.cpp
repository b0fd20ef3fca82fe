#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Quake2, Pings) { EXPECT_EQ(question_of(quake2, 1), hex("ffffffff") + text("ping\n")); }

TEST(Quake2, AnAckIsAnAnswer) {
  EXPECT_EQ(quake2.match(1, hex("ffffffff") + text("ack")), Match::genuine);
  EXPECT_EQ(quake2.match(1, hex("ffffffff") + text("print\nhello")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
