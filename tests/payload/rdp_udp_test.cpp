#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(RdpUdp, SendsASynOfFullSize) {
  const auto question = question_of(rdp_udp, 0x12345678);
  EXPECT_EQ(question.size(), 1232U);
  EXPECT_EQ(Octets(question.begin(), question.begin() + 16), hex("ffffffff 0040 0001"     // nothing received, SYN
                                                                 "12345678 04d0 04d0"));  // our number, both units
}

TEST(RdpUdp, AServerAcknowledgesOurNumber) {
  const auto syn_ack = hex("12345678 0040 0005 0badcafe 04d0 04d0");
  EXPECT_EQ(rdp_udp.match(0x12345678, syn_ack), Match::genuine);
  EXPECT_EQ(rdp_udp.match(0x12345679, syn_ack), Match::stale);
  EXPECT_EQ(rdp_udp.match(0x12345678, Bytes{syn_ack}.first(15)), Match::other) << "not whole";
  EXPECT_EQ(rdp_udp.match(0x12345678, hex("12345678 0040 0004 0badcafe 04d0 04d0")), Match::other) << "no SYN";
}

}  // namespace
}  // namespace portolan::payload
