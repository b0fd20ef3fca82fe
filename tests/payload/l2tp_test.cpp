#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(L2tp, AsksForATunnel) {
  EXPECT_EQ(question_of(l2tp, 0x12345678), hex("c802 003a 0000 0000 0000 0000"  // to no tunnel yet
                                               "8008 0000 0000 0001"            // start-control-connection-request
                                               "8008 0000 0002 0100"            // version 1.0
                                               "800a 0000 0003 00000003"        // framing
                                               "800c 0000 0007") +
                                               text("nobody") +              //
                                               hex("8008 0000 0009 5679"));  // answers go to this tunnel
}

TEST(L2tp, AReplyComesToOurTunnel) {
  const auto reply = hex("c802 0014 5679 0000 0000 0001 8008 0000 0000 0002");
  EXPECT_EQ(l2tp.match(0x12345678, reply), Match::genuine);
  EXPECT_EQ(l2tp.match(0x1234567a, reply), Match::stale);
  EXPECT_EQ(l2tp.match(0x12345678, hex("c802 0014 5679 0000 0000 0001 8008 0000 0000 0004")), Match::genuine) << "stop";
  EXPECT_EQ(l2tp.match(0x12345678, hex("c802 000c 5679 0000 0000 0001")), Match::genuine) << "acknowledged";
  EXPECT_EQ(l2tp.match(0x12345678, hex("0002 5679 0000 ff03 c021 0101 0000")), Match::other) << "no control message";
}

}  // namespace
}  // namespace portolan::payload
