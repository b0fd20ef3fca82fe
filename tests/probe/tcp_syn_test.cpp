#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;
using Kind = wire::IcmpError::Kind;

TEST(TcpSyn, ASynAckIsOpenAndAResetIsClosed) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::syn | wire::ack, 1, 8)),
            (Verdict{PortState::open, Reason::syn_ack, true}));
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::rst | wire::ack, 0, 8)),
            (Verdict{PortState::closed, Reason::reset, true}));
}

TEST(TcpSyn, AnAnswerToSomebodyElsesSynIsIgnored) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::syn | wire::ack, 1, 99)), std::nullopt);
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::rst | wire::ack, 0, 99)), std::nullopt);
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp_error(router, Kind::admin_prohibited, 99)), std::nullopt);
}

TEST(TcpSyn, AResetWithoutAcknowledgementProvesNothing) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::rst, 0, 8)), std::nullopt);
}

TEST(TcpSyn, TheCookieWrapsAroundLikeASequenceNumber) {
  EXPECT_TRUE(tcp_syn.judge(attempt(0xffffffff), segment(wire::syn | wire::ack, 1, 0)));
}

TEST(TcpSyn, AnIcmpErrorIsAFilterWhoeverSendsIt) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp_error(router, Kind::admin_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp_error(them, Kind::port_unreach, 7)),
            (Verdict{PortState::filtered, Reason::port_unreach, true, true}));
}

TEST(TcpSyn, EveryKindOfErrorHasItsReason) {
  for (const auto& [kind, reason] : {std::pair{Kind::net_unreach, Reason::net_unreach},
                                     {Kind::host_unreach, Reason::host_unreach},
                                     {Kind::proto_unreach, Reason::proto_unreach},
                                     {Kind::port_unreach, Reason::port_unreach},
                                     {Kind::net_prohibited, Reason::net_prohibited},
                                     {Kind::host_prohibited, Reason::host_prohibited},
                                     {Kind::admin_prohibited, Reason::admin_prohibited},
                                     {Kind::no_route, Reason::no_route},
                                     {Kind::beyond_scope, Reason::beyond_scope},
                                     {Kind::addr_unreach, Reason::addr_unreach},
                                     {Kind::policy_failed, Reason::policy_failed},
                                     {Kind::reject_route, Reason::reject_route},
                                     {Kind::other_unreach, Reason::dest_unreach},
                                     {Kind::time_exceeded, Reason::time_exceeded}}) {
    EXPECT_EQ(tcp_syn.judge(attempt(7), tcp_error(router, kind, 7))->reason, reason) << name_of(reason);
  }
}

TEST(TcpSyn, AsksFromItsTagWithTheCookieAsSequenceNumber) {
  const Sent sent = sent_by(tcp_syn, attempt(0xabcd1234));
  const auto* asked = sent.as<wire::TcpSegment>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(sent.packet->source, us);
  EXPECT_EQ(sent.packet->destination, them);
  EXPECT_TRUE(asked->syn && !asked->ack && !asked->rst && !asked->fin);
  EXPECT_EQ(asked->sequence, 0xabcd1234U);
  EXPECT_EQ(asked->source, net::Port{tag});
  EXPECT_EQ(asked->destination, net::Port{443});
}

TEST(TcpSyn, WearsTheDressOfTheScan) {
  const wire::Dress dress{.hop_limit = 3, .source_port = net::Port{53}, .data = std::vector<std::uint8_t>(10)};
  for (const bool v4 : {true, false}) {
    const Attempt plain = v4 ? attempt(7) : attempt_v6(7);
    const Attempt dressed{plain.path, plain.target, plain.port, 0, tag, 7, dress};
    const Sent sent = sent_by(tcp_syn, dressed);
    const auto* asked = sent.as<wire::TcpSegment>();
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(sent.packet->ttl, 3);
    EXPECT_EQ(asked->source, net::Port{53});
    EXPECT_EQ(sent.packet->transport.size(), 24U + 10U);
  }
}

TEST(TcpSyn, AnswersToOtherFlagsAndToDataAreKnown) {
  const auto asked_with = [](const wire::Dress& dress) {
    return Attempt{path, them, net::Port{443}, 0, tag, 7, dress};
  };
  const Verdict closed{PortState::closed, Reason::reset, true};
  const wire::Dress with_data{.data = std::vector<std::uint8_t>(10)};
  const Attempt data = asked_with(with_data);
  EXPECT_EQ(tcp_syn.judge(data, segment(wire::rst | wire::ack, 0, 7 + 11)), closed) << "a reset acknowledges all of it";
  EXPECT_EQ(tcp_syn.judge(data, segment(wire::syn | wire::ack, 9, 8)),
            (Verdict{PortState::open, Reason::syn_ack, true}));
  EXPECT_EQ(tcp_syn.judge(data, segment(wire::rst | wire::ack, 0, 7 + 12)), std::nullopt);
  const wire::Dress with_fin{.tcp_flags = wire::syn | wire::fin};
  EXPECT_EQ(tcp_syn.judge(asked_with(with_fin), segment(wire::rst | wire::ack, 0, 7 + 2)), closed);
  EXPECT_EQ(tcp_syn.judge(attempt(7), segment(wire::rst | wire::ack, 0, 7 + 2)), std::nullopt) << "not to a plain SYN";
  const wire::Dress with_ack{.tcp_flags = wire::ack};
  EXPECT_EQ(tcp_syn.judge(asked_with(with_ack), segment(wire::rst, 7, 0)), closed);
}

TEST(TcpSyn, AnErrorSpeaksAboutTheSegmentThatItQuotes) {
  wire::Packet quoted = tcp_error(router, Kind::admin_prohibited, 7);
  ASSERT_TRUE(tcp_syn.subject(quoted));
  EXPECT_EQ(tcp_syn.subject(quoted)->target, them);
  EXPECT_EQ(tcp_syn.subject(quoted)->port, net::Port{443});
  EXPECT_EQ(tcp_syn.subject(quoted)->tag, tag);
  std::get<wire::IcmpError>(quoted.content).quoted_protocol = wire::protocol_udp;
  EXPECT_EQ(tcp_syn.subject(quoted), std::nullopt);
}

TEST(TcpSyn, ASimulatedHostAcceptsOrRefuses) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(tcp_syn, asked, true), (Verdict{PortState::open, Reason::syn_ack, true}));
    EXPECT_EQ(verdict_on(tcp_syn, asked, false), (Verdict{PortState::closed, Reason::reset, true}));
  }
}

}  // namespace
}  // namespace portolan::probe
