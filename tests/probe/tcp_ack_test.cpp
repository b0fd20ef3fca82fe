#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

TEST(TcpAck, CarriesTheCookieWhereAResetAndWhereAnErrorGiveItBack) {
  const Sent sent = sent_by(tcp_ack, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_TRUE(asked->ack && !asked->syn && !asked->rst && !asked->fin);
  EXPECT_EQ(asked->acknowledgement, 0xabcd1234U) << "a reset has it as its sequence number (RFC 9293 §3.10.7.1)";
  EXPECT_EQ(asked->sequence, 0xabcd1234U) << "an ICMP error quotes it";
}

TEST(TcpAck, AResetThatCarriesTheCookieProvesTheHost) {
  EXPECT_EQ(tcp_ack.judge(attempt(7), segment(wire::rst, 7, 0)), (Verdict{PortState::unfiltered, Reason::reset, true}));
  EXPECT_EQ(tcp_ack.judge(attempt(7), segment(wire::rst, 8, 0)), std::nullopt);
  EXPECT_EQ(tcp_ack.judge(attempt(7), segment(wire::syn | wire::ack, 7, 8)), std::nullopt);
}

TEST(TcpAck, AnIcmpErrorIsAFilter) {
  EXPECT_EQ(tcp_ack.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::host_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::host_prohibited, false, true}));
  EXPECT_EQ(tcp_ack.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::host_prohibited, 8)), std::nullopt);
}

TEST(TcpAck, ASimulatedHostResetsItOpenOrClosed) {
  for (const bool open : {true, false}) EXPECT_EQ(verdict_on(tcp_ack, attempt(7), open)->state, PortState::unfiltered);
}

}  // namespace
}  // namespace portolan::probe
