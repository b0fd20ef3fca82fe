#include "probe/plan_techniques.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/registry.h"

namespace portolan::probe {
namespace {

using testing::ElementsAre;

TEST(PlanTechniques, AreThoseNamedAndThoseOfTheLinkEachOnce) {
  plan::Plan plan;
  plan.techniques = {{"tcp-syn", {}}};
  plan.discovery_probes = {{"icmp-echo", {}}, {"tcp-syn", net::Port{443}}};
  EXPECT_THAT(techniques_of(plan), ElementsAre(&tcp_syn, &icmp_echo, &arp, &neighbour));
}

TEST(PlanTechniques, NobodyIsAskedOnTheLinkWithoutRawPackets) {
  plan::Plan plan;
  plan.privileged = false;
  plan.techniques = {{"tcp-connect", {}}};
  EXPECT_THAT(techniques_of(plan), ElementsAre(&tcp_connect));
}

}  // namespace
}  // namespace portolan::probe
