#include "sockets/protocol_counts.h"

#include <gtest/gtest.h>

namespace portolan::sockets {
namespace {

constexpr std::string_view text =
    "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp "
    "em\n"
    "MPTCPv6   2064      0    5185   no       0   yes  kernel      y  y  y  n  y  y  y  y  y  y  y  y  n  n  y  y  y  "
    "n\n"
    "MPTCP     1936     13    5185   no       0   yes  kernel      y  y  y  n  y  y  y  y  y  y  y  y  n  n  y  y  y  "
    "n\n"
    "broken    12\n";

TEST(ProtocolCounts, AreReadByTheirWholeName) {
  EXPECT_EQ(counted(text, "MPTCP"), 13U);
  EXPECT_EQ(counted(text, "MPTCPv6"), 0U);
}

TEST(ProtocolCounts, WhatIsNotThereIsNotZero) {
  EXPECT_EQ(counted(text, "SCTP"), std::nullopt);
  EXPECT_EQ(counted(text, "broken"), std::nullopt);
  EXPECT_EQ(counted("", "MPTCP"), std::nullopt);
}

}  // namespace
}  // namespace portolan::sockets
