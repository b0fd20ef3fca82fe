#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

wire::Packet abort_with(std::uint32_t verification_tag) {
  return {them, us, 63, wire::SctpPacket{net::Port{443}, net::Port{tag}, verification_tag, wire::sctp_abort, 1, {}}};
}

TEST(SctpCookie, SendsACookieThatIsNobodys) {
  const Sent sent = sent_by(sctp_cookie, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::SctpPacket>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->chunk, wire::sctp_cookie_echo);
  EXPECT_EQ(asked->verification_tag, 0xabcd1234U);
  EXPECT_FALSE(asked->body.empty());
  EXPECT_FALSE(wire::is_damaged(net::EtherType::ipv4, sent.bytes));
}

TEST(SctpCookie, OnlyAClosedPortAnswers) {
  EXPECT_EQ(sctp_cookie.judge(attempt(7), abort_with(7)), (Verdict{PortState::closed, Reason::abort, true}));
  EXPECT_EQ(sctp_cookie.judge(attempt(7), abort_with(8)), std::nullopt);
  EXPECT_EQ(sctp_cookie.on_silence.state, PortState::open_filtered);
  EXPECT_FALSE(sctp_cookie.open_answers);
}

TEST(SctpCookie, AnIcmpErrorThatQuotesTheTagIsAFilter) {
  const auto quote = [](std::uint8_t last) {
    return error_quoting(router, wire::IcmpError::Kind::admin_prohibited, wire::protocol_sctp,
                         {tag >> 8U, tag & 0xffU, 443 >> 8U, 443 & 0xffU, 0, 0, 0, last});
  };
  EXPECT_EQ(sctp_cookie.judge(attempt(7), quote(7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(sctp_cookie.judge(attempt(7), quote(8)), std::nullopt);
}

TEST(SctpCookie, ASimulatedHostAbortsWhereNobodyListens) {
  EXPECT_EQ(verdict_on(sctp_cookie, attempt(7), true), std::nullopt);
  EXPECT_EQ(verdict_on(sctp_cookie, attempt(7), false), (Verdict{PortState::closed, Reason::abort, true}));
}

}  // namespace
}  // namespace portolan::probe
