#include <gtest/gtest.h>

#include <array>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

constexpr std::uint32_t cookie = 0xabcd1234;
constexpr std::array<std::uint8_t, 4> some_mask{255, 255, 255, 0};

TEST(IcmpMask, AsksWithTheBytesOfRfc950) {
  const Sent sent = sent_by(icmp_mask, attempt(cookie));
  const auto* message = sent.as<wire::IcmpMessage>();
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->type, 17);
  EXPECT_EQ(message->identifier, tag);
  EXPECT_EQ(message->sequence, 0xabcd);
  EXPECT_EQ(message->body.size(), 4U);
}

TEST(IcmpMask, TheReplyMustCarryIdentifierAndSequenceNumberBack) {
  const auto judged = [](std::uint8_t type, std::uint16_t identifier, std::uint16_t sequence) {
    return icmp_mask.judge(attempt(cookie),
                           {them, us, 64, wire::IcmpMessage{type, 0, identifier, sequence, some_mask}});
  };
  EXPECT_EQ(judged(18, tag, 0xabcd), (Verdict{PortState::open, Reason::address_mask_reply, true}));
  EXPECT_EQ(judged(18, tag, 0xabce), std::nullopt);
  EXPECT_EQ(judged(18, tag + 1, 0xabcd), std::nullopt);
  EXPECT_EQ(judged(17, tag, 0xabcd), std::nullopt) << "our own request";
  EXPECT_EQ(judged(14, tag, 0xabcd), std::nullopt) << "a timestamp reply";
}

TEST(IcmpMask, AnErrorIsAFilter) {
  EXPECT_EQ(
      icmp_mask.judge(attempt(cookie), error_quoting(router, wire::IcmpError::Kind::host_unreach, wire::protocol_icmp,
                                                     {17, 0, 0, 0, tag >> 8U, tag & 0xffU, 0xab, 0xcd})),
      (Verdict{PortState::filtered, Reason::host_unreach, false, true}));
}

TEST(IcmpMask, ASimulatedHostTellsItsMask) {
  EXPECT_EQ(verdict_on(icmp_mask, attempt(cookie), false),
            (Verdict{PortState::open, Reason::address_mask_reply, true}));
}

}  // namespace
}  // namespace portolan::probe
