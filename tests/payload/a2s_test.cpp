#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(A2s, AsksForInformation) {
  EXPECT_EQ(question_of(a2s, 1), hex("ffffffff 54") + text("Source Engine Query") + hex("00"));
}

TEST(A2s, InformationOrAChallengeIsAnAnswer) {
  EXPECT_EQ(a2s.match(1, hex("ffffffff 41 0badcafe")), Match::genuine);
  EXPECT_EQ(a2s.match(1, hex("ffffffff 49 11") + text("name")), Match::genuine);
  EXPECT_EQ(a2s.match(1, hex("fffffffe 01000000")), Match::genuine) << "the first of several";
  EXPECT_EQ(a2s.match(1, hex("ffffffff 6c")), Match::other);
  EXPECT_EQ(a2s.match(1, hex("ffffffff")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
