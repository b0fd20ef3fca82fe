#include <gtest/gtest.h>

#include <array>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

constexpr std::uint32_t cookie = 0xabcd1234;
constexpr std::array<std::uint8_t, 4> cookie_bytes{0xab, 0xcd, 0x12, 0x34};

wire::Packet reply(wire::IcmpMessage message) { return {them, us, 64, message}; }

TEST(IcmpEcho, OnlyTheReplyWithTheCookieCounts) {
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_reply, 0, tag, 0xabcd, cookie_bytes})),
            (Verdict{PortState::open, Reason::echo_reply, true}));
  constexpr std::array<std::uint8_t, 4> other{0, 0, 0, 1};
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_reply, 0, tag, 0xabcd, other})), std::nullopt);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_reply, 0, tag, 0xabcd})), std::nullopt);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_reply, 0, tag, 1, cookie_bytes})), std::nullopt);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_reply, 0, 1, 0xabcd, cookie_bytes})), std::nullopt);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply({wire::icmp_echo_request, 0, tag, 0xabcd, cookie_bytes})),
            std::nullopt)
      << "our own request, seen on the way out";
}

// Type, code, checksum, identifier, sequence.
wire::Packet error_about(std::uint8_t type, std::uint16_t sequence, std::uint8_t protocol, const net::IpAddress& from) {
  return error_quoting(from, wire::IcmpError::Kind::host_unreach, protocol,
                       {type, 0, 0x12, 0x34, tag >> 8U, tag & 0xffU, static_cast<std::uint8_t>(sequence >> 8U),
                        static_cast<std::uint8_t>(sequence)});
}

TEST(IcmpEcho, AnErrorSpeaksAboutTheRequestThatItQuotes) {
  const wire::Packet genuine = error_about(wire::icmp_echo_request, 0xabcd, wire::protocol_icmp, router);
  const auto subject = icmp_echo.subject(genuine);
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->target, them);
  EXPECT_EQ(subject->tag, tag);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), genuine),
            (Verdict{PortState::filtered, Reason::host_unreach, false, true}));
  EXPECT_TRUE(icmp_echo.judge(attempt(cookie), error_about(wire::icmp_echo_request, 0xabcd, wire::protocol_icmp, them))
                  ->host_is_up);
  EXPECT_FALSE(icmp_echo.subject(error_about(wire::icmp_timestamp_request, 0xabcd, wire::protocol_icmp, router)));
  EXPECT_FALSE(icmp_echo.subject(error_about(wire::icmp_echo_request, 0xabcd, wire::protocol_tcp, router)));
  EXPECT_FALSE(
      icmp_echo.judge(attempt(cookie), error_about(wire::icmp_echo_request, 0xabce, wire::protocol_icmp, router)));
}

TEST(IcmpEcho, AsksInBothVersionsAndASimulatedHostReplies) {
  for (const Attempt& asked : {attempt(cookie), attempt_v6(cookie)}) {
    const Sent sent = sent_by(icmp_echo, asked);
    const auto* message = sent.as<wire::IcmpMessage>();
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(message->type, asked.target.is_v4() ? wire::icmp_echo_request : wire::icmpv6_echo_request);
    EXPECT_EQ(message->identifier, tag);
    EXPECT_EQ(message->sequence, 0xabcd);
    EXPECT_EQ(verdict_on(icmp_echo, asked, false), (Verdict{PortState::open, Reason::echo_reply, true}));
  }
}

TEST(IcmpEcho, ItsChecksumIsWrongWhereTheUserWantsThat) {
  const wire::Dress dress{.bad_checksum = true};
  for (const bool v4 : {true, false}) {
    const Attempt plain = v4 ? attempt(7) : attempt_v6(7);
    const Attempt dressed{plain.path, plain.target, plain.port, 0, tag, 7, dress};
    const auto type = v4 ? net::EtherType::ipv4 : net::EtherType::ipv6;
    EXPECT_FALSE(wire::is_damaged(type, sent_by(icmp_echo, plain).bytes));
    EXPECT_TRUE(wire::is_damaged(type, sent_by(icmp_echo, dressed).bytes));
  }
}

}  // namespace
}  // namespace portolan::probe
