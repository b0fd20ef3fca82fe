#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Slimproto, AsksForTheName) { EXPECT_EQ(question_of(slimproto, 1), text("eNAME") + hex("00")); }

TEST(Slimproto, ANameIsAnAnswer) {
  EXPECT_EQ(slimproto.match(1, text("ENAME") + hex("05") + text("music")), Match::genuine);
  EXPECT_EQ(slimproto.match(1, text("D") + Octets(17)), Match::other) << "of the older protocol";
}

}  // namespace
}  // namespace portolan::payload
