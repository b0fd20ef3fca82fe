#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

wire::Packet answer(std::uint8_t chunk, std::uint32_t verification_tag) {
  return {them, us, 63, wire::SctpPacket{net::Port{443}, net::Port{tag}, verification_tag, chunk, 0, {}}};
}

TEST(SctpInit, AsksForAnAssociation) {
  for (const Attempt& asked : {attempt(0xabcd1234), attempt_v6(0xabcd1234)}) {
    const Sent sent = sent_by(sctp_init, asked);
    const auto* init = sent.as<wire::SctpPacket>();
    ASSERT_NE(init, nullptr);
    EXPECT_EQ(init->source, net::Port{tag});
    EXPECT_EQ(init->destination, net::Port{443});
    EXPECT_EQ(init->verification_tag, 0U) << "RFC 9260 §8.5.1";
    EXPECT_EQ(init->chunk, wire::sctp_init);
    ASSERT_EQ(init->body.size(), 16U);
    EXPECT_EQ(init->body[0], 0xab) << "the initiate tag is the cookie";
    EXPECT_FALSE(wire::is_damaged(sctp_init.ether_type(asked), sent.bytes));
  }
}

TEST(SctpInit, AChecksumThatIsWrongIsSeen) {
  Sent sent = sent_by(sctp_init, attempt(7));
  sent.bytes.back() ^= 1;
  EXPECT_TRUE(wire::is_damaged(net::EtherType::ipv4, sent.bytes));
  const wire::Dress dress{.bad_checksum = true};
  const Attempt dressed{path, them, net::Port{443}, 0, tag, 7, dress};
  EXPECT_TRUE(wire::is_damaged(net::EtherType::ipv4, sent_by(sctp_init, dressed).bytes)) << "--badsum";
}

TEST(SctpInit, AnAnswerBearsTheCookie) {
  EXPECT_EQ(sctp_init.judge(attempt(7), answer(wire::sctp_init_ack, 7)),
            (Verdict{PortState::open, Reason::init_ack, true}));
  EXPECT_EQ(sctp_init.judge(attempt(7), answer(wire::sctp_abort, 7)),
            (Verdict{PortState::closed, Reason::abort, true}));
  EXPECT_EQ(sctp_init.judge(attempt(7), answer(wire::sctp_init_ack, 8)), std::nullopt);
  EXPECT_EQ(sctp_init.judge(attempt(7), answer(wire::sctp_abort, 8)), std::nullopt);
  EXPECT_EQ(sctp_init.judge(attempt(7), answer(wire::sctp_init, 7)), std::nullopt) << "a question is no answer";
}

TEST(SctpInit, ACookieOfZeroIsNoTag) {
  EXPECT_EQ(verdict_on(sctp_init, attempt(0), true), (Verdict{PortState::open, Reason::init_ack, true}));
  EXPECT_EQ(sctp_init.judge(attempt(0), answer(wire::sctp_abort, 0)), std::nullopt);
}

TEST(SctpInit, AnIcmpErrorIsAFilter) {
  const auto quote = [](std::uint8_t last) {
    return error_quoting(router, wire::IcmpError::Kind::proto_unreach, wire::protocol_sctp,
                         {tag >> 8U, tag & 0xffU, 443 >> 8U, 443 & 0xffU, 0, 0, 0, last});
  };
  EXPECT_EQ(sctp_init.judge(attempt(7), quote(0)), (Verdict{PortState::filtered, Reason::proto_unreach, false, true}));
  EXPECT_EQ(sctp_init.judge(attempt(7), quote(7)), std::nullopt) << "it quotes a verification tag that we have not";
  EXPECT_EQ(sctp_init.subject(quote(0))->tag, tag);
}

TEST(SctpInit, ASimulatedHostAcceptsOrRefuses) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(sctp_init, asked, true), (Verdict{PortState::open, Reason::init_ack, true}));
    EXPECT_EQ(verdict_on(sctp_init, asked, false), (Verdict{PortState::closed, Reason::abort, true}));
  }
}

}  // namespace
}  // namespace portolan::probe
