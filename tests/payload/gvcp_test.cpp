#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Gvcp, Discovers) { EXPECT_EQ(question_of(gvcp, 0x12345678), hex("42 01 0002 0000 5679")); }

TEST(Gvcp, ACameraGivesTheIdBack) {
  const auto camera = hex("0000 0003 00f8 5679") + Octets(248);
  EXPECT_EQ(gvcp.match(0x12345678, camera), Match::genuine);
  EXPECT_EQ(gvcp.match(0x1234567a, camera), Match::stale);
  EXPECT_EQ(gvcp.match(0x12345678, hex("8006 0003 0000 5679")), Match::genuine) << "access denied";
  EXPECT_EQ(gvcp.match(0x12345678, Bytes{camera}.first(255)), Match::other) << "not whole";
}

}  // namespace
}  // namespace portolan::payload
