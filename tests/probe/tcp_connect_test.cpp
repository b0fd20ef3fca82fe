#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

TEST(TcpConnect, ARefusalHasConnectsOwnReason) {
  EXPECT_EQ(tcp_connect.judge(attempt(7), segment(wire::rst | wire::ack, 0, 8)),
            (Verdict{PortState::closed, Reason::conn_refused, true}));
  EXPECT_EQ(tcp_connect.judge(attempt(7), segment(wire::syn | wire::ack, 1, 8))->state, PortState::open);
}

TEST(TcpConnect, StaleAndForgedAnswersAreIgnored) {
  EXPECT_EQ(tcp_connect.judge(attempt(7), segment(wire::rst | wire::ack, 0, 9)), std::nullopt);
  EXPECT_EQ(tcp_connect.judge(attempt(7), segment(wire::syn, 1, 8)), std::nullopt);
}

TEST(TcpConnect, AsksWhatASynAsks) {
  const Sent sent = sent_by(tcp_connect, attempt(0xabcd1234));
  EXPECT_EQ(sent.bytes, sent_by(tcp_syn, attempt(0xabcd1234)).bytes);
}

TEST(TcpConnect, GoesThroughTheKernelAndNeedsNothingFromTheWire) {
  EXPECT_TRUE(tcp_connect.connects);
  EXPECT_EQ(tcp_connect.hears.protocol, 0);
}

TEST(TcpConnect, ASimulatedHostAcceptsOrRefuses) {
  EXPECT_EQ(verdict_on(tcp_connect, attempt(7), true)->state, PortState::open);
  EXPECT_EQ(verdict_on(tcp_connect, attempt(7), false)->reason, Reason::conn_refused);
}

}  // namespace
}  // namespace portolan::probe
