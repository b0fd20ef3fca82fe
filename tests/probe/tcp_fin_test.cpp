#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

TEST(TcpFin, SendsAFinAloneWithTheCookieAsSequenceNumber) {
  const Sent sent = sent_by(tcp_fin, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_TRUE(asked->fin && !asked->syn && !asked->ack && !asked->rst);
  EXPECT_EQ(asked->sequence, 0xabcd1234U);
}

TEST(TcpFin, AResetThatAcknowledgesItIsClosed) {
  const Verdict closed{PortState::closed, Reason::reset, true};
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::rst | wire::ack, 0, 8)), closed);
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::rst | wire::ack, 0, 7)), closed) << "as some systems count";
  EXPECT_EQ(tcp_fin.judge(attempt(0xffffffff), segment(wire::rst | wire::ack, 0, 0)), closed) << "it wraps around";
}

TEST(TcpFin, StaleAndForgedAnswersAreIgnored) {
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::rst | wire::ack, 0, 9)), std::nullopt);
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::rst | wire::ack, 0, 6)), std::nullopt);
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::rst, 0, 8)), std::nullopt);
  EXPECT_EQ(tcp_fin.judge(attempt(7), segment(wire::syn | wire::ack, 1, 8)), std::nullopt);
}

TEST(TcpFin, AnIcmpErrorIsAFilterAndSilenceMayBeAnOpenPort) {
  EXPECT_EQ(tcp_fin.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::admin_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(tcp_fin.on_silence.state, PortState::open_filtered);
  EXPECT_FALSE(tcp_fin.open_answers);
}

TEST(TcpFin, OnlyClosedPortsOfASimulatedHostAnswer) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(tcp_fin, asked, false), (Verdict{PortState::closed, Reason::reset, true}));
    EXPECT_EQ(verdict_on(tcp_fin, asked, true), std::nullopt);
  }
}

}  // namespace
}  // namespace portolan::probe
