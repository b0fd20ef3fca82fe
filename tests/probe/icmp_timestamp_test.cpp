#include <gtest/gtest.h>

#include <array>

#include "probe_world.h"
#include "wire/cursor.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

constexpr std::uint32_t cookie = 0xabcd1234;

TEST(IcmpTimestamp, AsksWithItsTagAsIdentifierAndTheCookieAsTime) {
  const Sent sent = sent_by(icmp_timestamp, attempt(cookie));
  const auto* message = sent.as<wire::IcmpMessage>();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->type, wire::icmp_timestamp_request);
  EXPECT_EQ(message->identifier, tag);
  EXPECT_EQ(wire::u32_at(message->body, 0), cookie);
  EXPECT_EQ(message->body.size(), 12U) << "three times (RFC 792)";
}

TEST(IcmpTimestamp, TheOriginateTimeIsTheCookie) {
  const std::array<std::uint8_t, 12> times{0xab, 0xcd, 0x12, 0x34};
  const auto judged = [&](wire::IcmpMessage reply) {
    return icmp_timestamp.judge(attempt(cookie), {them, us, 64, reply});
  };
  EXPECT_EQ(judged({wire::icmp_timestamp_reply, 0, tag, 0xabcd, times}),
            (Verdict{PortState::open, Reason::timestamp_reply, true}));
  const std::array<std::uint8_t, 12> others{0xab, 0xcd, 0x12, 0x35};
  EXPECT_EQ(judged({wire::icmp_timestamp_reply, 0, tag, 0xabcd, others}), std::nullopt);
  EXPECT_EQ(judged({wire::icmp_echo_reply, 0, tag, 0xabcd, times}), std::nullopt);
}

TEST(IcmpTimestamp, TheReplySpeaksAboutItsSender) {
  const auto subject = icmp_timestamp.subject({them, us, 64, wire::IcmpMessage{wire::icmp_timestamp_reply, 0, tag, 1}});
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->target, them);
  EXPECT_EQ(subject->tag, tag);
  EXPECT_FALSE(icmp_timestamp.subject({them, us, 64, wire::IcmpMessage{wire::icmp_echo_reply, 0, tag, 1}}));
}

TEST(IcmpTimestamp, AnErrorIsAFilter) {
  const wire::Packet error = error_quoting(router, wire::IcmpError::Kind::admin_prohibited, wire::protocol_icmp,
                                           {wire::icmp_timestamp_request, 0, 0, 0, tag >> 8U, tag & 0xffU, 0xab, 0xcd});
  EXPECT_EQ(icmp_timestamp.judge(attempt(cookie), error),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
}

TEST(IcmpTimestamp, ASimulatedHostReplies) {
  EXPECT_EQ(verdict_on(icmp_timestamp, attempt(cookie), false),
            (Verdict{PortState::open, Reason::timestamp_reply, true}));
}

}  // namespace
}  // namespace portolan::probe
