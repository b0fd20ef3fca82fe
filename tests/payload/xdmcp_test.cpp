#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Xdmcp, Queries) { EXPECT_EQ(question_of(xdmcp, 1), hex("0001 0002 0001 00")); }

TEST(Xdmcp, WillingOrNotIsAnAnswer) {
  EXPECT_EQ(xdmcp.match(1, hex("0001 0005 000a 0000 0004") + text("host") + hex("0000")), Match::genuine);
  EXPECT_EQ(xdmcp.match(1, hex("0001 0006 0004 0000 0000")), Match::genuine);
  EXPECT_EQ(xdmcp.match(1, hex("0001 0007 0000")), Match::other);
  EXPECT_EQ(xdmcp.match(1, hex("0001 0005")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
