#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

TEST(Arp, TheAnswerMustBeToUsAndFromTheTarget) {
  const net::Mac mac{{2, 0, 0, 0, 0, 9}};
  EXPECT_TRUE(arp.judge(attempt(0), {them, us, 0, wire::ArpReply{them, mac, us}}));
  EXPECT_FALSE(arp.judge(attempt(0), {router, us, 0, wire::ArpReply{router, mac, us}}));
  EXPECT_FALSE(arp.judge(attempt(0), {them, router, 0, wire::ArpReply{them, mac, router}}));
}

TEST(Arp, ARequestIsNobodysAnswer) {
  const wire::Packet request{them, us, 0, wire::ArpRequest{them, {}, us}};
  EXPECT_FALSE(arp.subject(request));
  EXPECT_FALSE(arp.judge(attempt(0), request));
}

TEST(Arp, AsksEverybodyOnTheLink) {
  EXPECT_EQ(arp.link_destination(attempt(0)), (net::Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}));
  EXPECT_EQ(arp.ether_type(attempt(0)), net::EtherType::arp);
}

TEST(Arp, ASimulatedHostSaysWhereItIs) {
  EXPECT_EQ(verdict_on(arp, attempt(0), false), (Verdict{model::PortState::open, model::Reason::arp_response, true}));
  const Sent answer = answer_to(arp, attempt(0), false);
  ASSERT_NE(answer.as<wire::ArpReply>(), nullptr);
  EXPECT_EQ(answer.as<wire::ArpReply>()->sender_mac, (net::Mac{{2, 0, 0, 0, 0, 9}}));
}

}  // namespace
}  // namespace portolan::probe
