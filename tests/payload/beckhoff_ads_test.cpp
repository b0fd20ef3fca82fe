#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(BeckhoffAds, ReadsInformation) {
  EXPECT_EQ(question_of(beckhoff_ads, 1), hex("03661471 00000000 01000000 000000000000 1027 00000000"));
}

TEST(BeckhoffAds, InformationIsAnAnswer) {
  const auto information =
      hex("03661471 00000000 01000080 052ddbe20101 1027 01000000 0500 0300") + text("PL") + hex("00");
  EXPECT_EQ(beckhoff_ads.match(1, information), Match::genuine);
  EXPECT_EQ(beckhoff_ads.match(1, Bytes{information}.first(23)), Match::other);
  EXPECT_EQ(beckhoff_ads.match(1, hex("03661471 00000000 06000080 000000000000 1027 00000000")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
