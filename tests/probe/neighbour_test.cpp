#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

TEST(Neighbour, AnAdvertisementFromBeyondTheLinkIsForged) {
  const auto advertised = [](const net::IpAddress& target, std::uint8_t hops) {
    return neighbour.judge(attempt_v6(0), {target, us_v6, hops, wire::NeighbourAdvertisement{target, {}}});
  };
  EXPECT_TRUE(advertised(them_v6, 255));
  EXPECT_FALSE(advertised(them_v6, 64));
  EXPECT_FALSE(advertised(net::IpAddress::parse("2001:db8::3").value(), 255));
}

TEST(Neighbour, WhatIsToldToOthersIsNobodysAnswer) {
  const auto told_to = [](const char* whom) {
    const wire::NeighbourAdvertisement advertised{them_v6, {}};
    return neighbour.judge(attempt_v6(0), {them_v6, net::IpAddress::parse(whom).value(), 255, advertised});
  };
  EXPECT_FALSE(told_to("ff02::1"));
  EXPECT_FALSE(told_to("2001:db8::77"));
}

TEST(Neighbour, ASolicitationIsNobodysAnswer) {
  EXPECT_FALSE(neighbour.subject({them_v6, us_v6, 255, wire::NeighbourSolicitation{us_v6}}));
}

TEST(Neighbour, AsksTheGroupOfTheTargetWhateverTheScanWears) {
  const wire::Dress dress{.hop_limit = 3, .data = std::vector<std::uint8_t>(10), .bad_checksum = true};
  const Attempt asked{path_v6, them_v6, net::Port{}, 0, 0, 0, dress};
  EXPECT_EQ(neighbour.link_destination(asked), wire::solicited_node_mac(them_v6));
  EXPECT_EQ(sent_by(neighbour, asked).bytes, sent_by(neighbour, attempt_v6(0)).bytes)
      << "its hop limit proves that it comes from the link (RFC 4861 §7.1.1)";
}

TEST(Neighbour, ASimulatedHostSaysWhereItIs) {
  EXPECT_EQ(verdict_on(neighbour, attempt_v6(0), false),
            (Verdict{model::PortState::open, model::Reason::nd_response, true}));
  const Sent answer = answer_to(neighbour, attempt_v6(0), false);
  ASSERT_NE(answer.as<wire::NeighbourAdvertisement>(), nullptr);
  EXPECT_EQ(answer.as<wire::NeighbourAdvertisement>()->mac, (net::Mac{{2, 0, 0, 0, 0, 9}}));
}

}  // namespace
}  // namespace portolan::probe
