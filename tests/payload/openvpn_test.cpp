#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Openvpn, ResetsToANewSession) {
  EXPECT_EQ(question_of(openvpn, 0x12345678), hex("38 1234567800000001"  // P_CONTROL_HARD_RESET_CLIENT_V2, session
                                                  "00 00000000"));       // acknowledges nothing, packet 0
}

TEST(Openvpn, AServerAcknowledgesOurSession) {
  const auto reset = hex("40 0123456789abcdef 01 00000000 1234567800000001 00000000");
  EXPECT_EQ(openvpn.match(0x12345678, reset), Match::genuine);
  EXPECT_EQ(openvpn.match(0x12345679, reset), Match::stale);
  EXPECT_EQ(openvpn.match(0x12345678, Bytes{reset}.first(17)), Match::other) << "cut before the session";
  EXPECT_EQ(openvpn.match(0x12345678, hex("40 0123456789abcdef 00 00000000")), Match::other) << "acknowledges nothing";
}

}  // namespace
}  // namespace portolan::payload
