#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Doip, AsksForTheVehicle) { EXPECT_EQ(question_of(doip, 1), hex("ff00 0001 00000000")); }

TEST(Doip, AnAnnouncementOrARefusalIsAnAnswer) {
  const auto announcement = hex("02fd 0004 00000020") + text("WVWZZZ1JZXW000001") + Octets(15);
  EXPECT_EQ(doip.match(1, announcement), Match::genuine);
  EXPECT_EQ(doip.match(1, hex("02fd 0000 00000001 00")), Match::genuine);
  EXPECT_EQ(doip.match(1, hex("02fe 0000 00000001 00")), Match::other) << "no complement";
  EXPECT_EQ(doip.match(1, Bytes{announcement}.first(39)), Match::other) << "not whole";
}

}  // namespace
}  // namespace portolan::payload
