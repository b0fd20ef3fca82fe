#include <gtest/gtest.h>

#include "tests/probe/probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

TEST(NewProbe, CarriesTheCookieWhereAnswersGiveItBack) {
  const Sent sent = sent_by(new_probe, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_TRUE(asked->ack && !asked->syn && !asked->rst && !asked->fin);
  EXPECT_EQ(asked->acknowledgement, 0xabcd1234U);
}

TEST(NewProbe, AGenuineAnswerIsJudgedAndNoOther) {
  EXPECT_EQ(new_probe.judge(attempt(7), segment(wire::rst, 7, 0)),
            (Verdict{PortState::unfiltered, Reason::reset, true}));
  EXPECT_EQ(new_probe.judge(attempt(7), segment(wire::rst, 8, 0)), std::nullopt) << "stale or forged";
  EXPECT_EQ(new_probe.judge(attempt(7), segment(wire::syn | wire::ack, 7, 8)), std::nullopt) << "somebody else's";
}

TEST(NewProbe, AnIcmpErrorIsAFilter) {
  EXPECT_EQ(new_probe.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::host_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::host_prohibited, false, true}));
  EXPECT_EQ(new_probe.judge(attempt(7), tcp_error(router, wire::IcmpError::Kind::host_prohibited, 8)), std::nullopt);
}

TEST(NewProbe, ASimulatedHostAnswers) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(new_probe, asked, true), (Verdict{PortState::unfiltered, Reason::reset, true}));
  }
}

}  // namespace
}  // namespace portolan::probe
