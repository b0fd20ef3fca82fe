#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Mumble, Pings) { EXPECT_EQ(question_of(mumble, 0x12345678), hex("00000000 1234567800000000")); }

TEST(Mumble, AServerGivesTheNumberBack) {
  const auto pong = hex("00010304 1234567800000000 00000002 00000064 00011940");  // version, users of how many, bits
  EXPECT_EQ(mumble.match(0x12345678, pong), Match::genuine);
  EXPECT_EQ(mumble.match(0x12345679, pong), Match::stale);
  EXPECT_EQ(mumble.match(0x12345678, Bytes{pong}.first(23)), Match::other);
}

}  // namespace
}  // namespace portolan::payload
