#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Wireguard, BeginsAHandshake) {
  EXPECT_EQ(question_of(wireguard, 0x12345678), hex("01000000 12345678") + Octets(140));
}

TEST(Wireguard, AServerNamesOurSession) {
  const auto response = hex("02000000 00000001 12345678") + Octets(80);
  EXPECT_EQ(wireguard.match(0x12345678, response), Match::genuine);
  EXPECT_EQ(wireguard.match(0x12345679, response), Match::stale);
  EXPECT_EQ(wireguard.match(0x12345678, Bytes{response}.first(91)), Match::other) << "too short for a response";
  const auto busy = hex("03000000 12345678") + Octets(56);
  EXPECT_EQ(wireguard.match(0x12345678, busy), Match::genuine) << "a cookie, because it is under load";
}

}  // namespace
}  // namespace portolan::payload
