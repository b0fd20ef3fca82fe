#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

wire::Packet reset_with_window(std::uint16_t window, std::uint32_t sequence) {
  wire::Packet packet = segment(wire::rst, sequence, 0);
  std::get<wire::TcpSegment>(packet.content).window = window;
  return packet;
}

TEST(TcpWindow, AsksByAnAck) {
  const Sent sent = sent_by(tcp_window, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_TRUE(asked->ack && !asked->syn && !asked->fin && !asked->rst);
  EXPECT_EQ(asked->acknowledgement, 0xabcd1234U);
}

TEST(TcpWindow, TheWindowOfTheResetGivesAListenerAway) {
  EXPECT_EQ(tcp_window.judge(attempt(7), reset_with_window(0, 7)), (Verdict{PortState::closed, Reason::reset, true}));
  EXPECT_EQ(tcp_window.judge(attempt(7), reset_with_window(4096, 7)), (Verdict{PortState::open, Reason::reset, true}));
  EXPECT_EQ(tcp_window.judge(attempt(7), reset_with_window(4096, 8)), std::nullopt) << "forged";
}

TEST(TcpWindow, SilenceIsAFilter) {
  EXPECT_EQ(tcp_window.on_silence.state, PortState::filtered);
  EXPECT_EQ(tcp_window.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::host_unreach, 7)),
            (Verdict{PortState::filtered, Reason::host_unreach, false, true}));
}

TEST(TcpWindow, ASimulatedHostGivesNothingAway) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(tcp_window, asked, true)->state, verdict_on(tcp_window, asked, false)->state);
  }
}

}  // namespace
}  // namespace portolan::probe
