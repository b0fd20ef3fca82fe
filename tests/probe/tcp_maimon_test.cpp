#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

constexpr Verdict closed{PortState::closed, Reason::reset, true};

TEST(TcpMaimon, SendsFinAndAck) {
  const Sent sent = sent_by(tcp_maimon, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->fin, true);
  EXPECT_EQ(asked->ack, true);
  EXPECT_FALSE(asked->syn || asked->rst);
  EXPECT_EQ(sent.bytes[20 + 13], 0x11) << "all of the flags";
  EXPECT_EQ(asked->sequence, 0xabcd1234U);
}

TEST(TcpMaimon, AResetFromWhereItAcknowledgesIsClosed) {
  EXPECT_EQ(tcp_maimon.judge(attempt(7), segment(wire::rst, 7, 0)), closed);
  EXPECT_EQ(tcp_maimon.judge(attempt(7), segment(wire::rst, 8, 0)), std::nullopt) << "forged";
  EXPECT_EQ(tcp_maimon.judge(attempt(7), segment(wire::syn | wire::ack, 7, 8)), std::nullopt);
}

TEST(TcpMaimon, AnIcmpErrorIsAFilterAndSilenceMayBeAnOpenPort) {
  EXPECT_EQ(tcp_maimon.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::admin_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(tcp_maimon.on_silence.state, PortState::open_filtered);
  EXPECT_FALSE(tcp_maimon.open_answers);
}

TEST(TcpMaimon, EveryPortOfASimulatedHostAnswersAsRfc9293HasIt) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(tcp_maimon, asked, false), closed);
    EXPECT_EQ(verdict_on(tcp_maimon, asked, true), closed);
  }
}

}  // namespace
}  // namespace portolan::probe
