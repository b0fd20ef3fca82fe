#include "engine/trace/hop_probe.h"

#include <gtest/gtest.h>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

TEST(DistanceOf, IsCountedFromWhereSystemsBegin) {
  EXPECT_EQ(distance_of(64), 1);
  EXPECT_EQ(distance_of(60), 5);
  EXPECT_EQ(distance_of(1), 64);
  EXPECT_EQ(distance_of(65), 64);
  EXPECT_EQ(distance_of(128), 1);
  EXPECT_EQ(distance_of(115), 14);
  EXPECT_EQ(distance_of(255), 1);
  EXPECT_EQ(distance_of(246), 10);
  EXPECT_EQ(distance_of(0), 0) << "not known";
}

TEST(HopQuestion, OfAHostThatAnsweredNothingIsAnEcho) {
  const Host host;
  const HopQuestion question = hop_question(host, {}, false);
  EXPECT_EQ(question.probe.technique->name, "icmp-echo");
  EXPECT_EQ(question.distance, 0);
}

TEST(HopQuestion, IsWhatTheHostWasFoundByWhereNoPortAnswered) {
  Host host;
  host.reason_ttl = 52;
  host.known().found_by = HopProbe{&probe::udp, net::Port{40'125}};
  const HopQuestion question = hop_question(host, {}, false);
  EXPECT_EQ(question.probe.technique, &probe::udp);
  EXPECT_EQ(question.probe.port, net::Port{40'125});
  EXPECT_EQ(question.distance, 13);
  // From one source port for all, answers by UDP would not tell which question they are to.
  EXPECT_EQ(hop_question(host, {}, true).probe.technique, &probe::icmp_echo);
  host.known().found_by = HopProbe{&probe::tcp_syn, net::Port{443}};
  EXPECT_EQ(hop_question(host, {}, true).probe.technique, &probe::tcp_syn);
  host.known().found_by = HopProbe{&probe::ip_protocol, net::Port{2}};
  EXPECT_EQ(hop_question(host, {}, false).probe.technique, &probe::icmp_echo);
}

}  // namespace
}  // namespace portolan::engine
