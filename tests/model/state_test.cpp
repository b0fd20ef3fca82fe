#include "model/state.h"

#include <gtest/gtest.h>

namespace portolan::model {
namespace {

TEST(State, NamesAreNmaps) {
  EXPECT_EQ(name_of(PortState::open), "open");
  EXPECT_EQ(name_of(PortState::open_filtered), "open|filtered");
  EXPECT_EQ(name_of(PortState::closed_filtered), "closed|filtered");
  EXPECT_EQ(name_of(HostState::up), "up");
  EXPECT_EQ(name_of(HostState::down), "down");
  EXPECT_EQ(name_of(HostState::unknown), "unknown");
}

TEST(Reason, NamesAreNmaps) {
  EXPECT_EQ(name_of(Reason::syn_ack), "syn-ack");
  EXPECT_EQ(name_of(Reason::reset), "reset");
  EXPECT_EQ(name_of(Reason::no_response), "no-response");
  EXPECT_EQ(name_of(Reason::localhost_response), "localhost-response");
  EXPECT_EQ(name_of(Reason::none), "unknown-response");
}

TEST(Reason, Icmpv6CodesThatNmapTellsLikeIpv4s) {
  EXPECT_EQ(name_of(Reason::addr_unreach), name_of(Reason::host_unreach));
  EXPECT_EQ(name_of(Reason::policy_failed), name_of(Reason::admin_prohibited));
}

TEST(Reason, EveryReasonHasAWord) {
  for (int i = 1; i <= static_cast<int>(Reason::dest_unreach); ++i) {
    EXPECT_NE(name_of(static_cast<Reason>(i)), "unknown-response") << i;
  }
}

}  // namespace
}  // namespace portolan::model
