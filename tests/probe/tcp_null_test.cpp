#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

constexpr Verdict closed{PortState::closed, Reason::reset, true};

TEST(TcpNull, SendsNoFlagAtAll) {
  const Sent sent = sent_by(tcp_null, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->fin, false);
  EXPECT_EQ(asked->ack, false);
  EXPECT_FALSE(asked->syn || asked->rst);
  EXPECT_EQ(sent.bytes[20 + 13], 0) << "all of the flags";
  EXPECT_EQ(asked->sequence, 0xabcd1234U);
}

TEST(TcpNull, AResetThatAcknowledgesItIsClosed) {
  EXPECT_EQ(tcp_null.judge(attempt(7), segment(wire::rst | wire::ack, 0, 7)), closed);
}

TEST(TcpNull, StaleAndForgedAnswersAreIgnored) {
  EXPECT_EQ(tcp_null.judge(attempt(7), segment(wire::rst | wire::ack, 0, 8)), std::nullopt);
  EXPECT_EQ(tcp_null.judge(attempt(7), segment(wire::rst | wire::ack, 0, 6)), std::nullopt);
  EXPECT_EQ(tcp_null.judge(attempt(7), segment(wire::rst, 0, 7)), std::nullopt);
  EXPECT_EQ(tcp_null.judge(attempt(7), segment(wire::syn | wire::ack, 1, 8)), std::nullopt);
}

TEST(TcpNull, AnIcmpErrorIsAFilterAndSilenceMayBeAnOpenPort) {
  EXPECT_EQ(tcp_null.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::admin_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(tcp_null.on_silence.state, PortState::open_filtered);
  EXPECT_FALSE(tcp_null.open_answers);
}

TEST(TcpNull, OnlyClosedPortsOfASimulatedHostAnswer) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(tcp_null, asked, false), closed);
    EXPECT_EQ(verdict_on(tcp_null, asked, true), std::nullopt);
  }
}

}  // namespace
}  // namespace portolan::probe
