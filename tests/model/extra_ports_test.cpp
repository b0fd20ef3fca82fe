#include "model/extra_ports.h"

#include <gtest/gtest.h>

#include <vector>

namespace portolan::model {
namespace {

using enum PortState;
using net::Port;
using net::Protocol;

TEST(ExtraPorts, AreCountedByStateReasonAndProtocol) {
  std::vector<ExtraPorts> extra;
  count(extra, closed, Reason::reset, Protocol::tcp, Port{1});
  count(extra, filtered, Reason::no_response, Protocol::tcp, Port{2});
  count(extra, filtered, Reason::admin_prohibited, Protocol::tcp, Port{3});
  count(extra, filtered, Reason::no_response, Protocol::udp, Port{4});
  count(extra, filtered, Reason::no_response, Protocol::tcp, Port{5});
  ASSERT_EQ(extra.size(), 2U);
  EXPECT_EQ(extra[0].state, closed);
  EXPECT_EQ(extra[0].count, 1U);
  EXPECT_EQ(extra[1].state, filtered);
  EXPECT_EQ(extra[1].count, 4U);
  ASSERT_EQ(extra[1].reasons.size(), 3U);
  EXPECT_EQ(extra[1].reasons[0].reason, Reason::no_response);
  EXPECT_EQ(extra[1].reasons[0].protocol, Protocol::tcp);
  EXPECT_EQ(extra[1].reasons[0].count, 2U);
  EXPECT_TRUE(extra[1].reasons[0].ports.contains(Port{2}));
  EXPECT_TRUE(extra[1].reasons[0].ports.contains(Port{5}));
  EXPECT_FALSE(extra[1].reasons[0].ports.contains(Port{4}));
  EXPECT_EQ(extra[1].reasons[2].protocol, Protocol::udp);
}

TEST(ExtraPorts, TheLargestCountComesFirstAndEqualOnesStay) {
  std::vector<ExtraPorts> extra{
      {closed, 1, {}},
      {filtered, 5, {{Reason::reset, Protocol::tcp, 1, {}}, {Reason::no_response, Protocol::tcp, 4, {}}}},
      {unfiltered, 1, {}}};
  sort_by_count(extra);
  EXPECT_EQ(extra[0].state, filtered);
  EXPECT_EQ(extra[0].reasons[0].reason, Reason::no_response);
  EXPECT_EQ(extra[1].state, closed);
  EXPECT_EQ(extra[2].state, unfiltered);
}

}  // namespace
}  // namespace portolan::model
