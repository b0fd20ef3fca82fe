#include "base/hash.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace portolan {
namespace {

// The reference key 00 01 .. 0f and inputs 00 01 .. of the SipHash paper's appendix A.
TEST(SipHash, GivesThePapersTestVector) {
  const HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::array<std::uint8_t, 15> input{};
  std::iota(input.begin(), input.end(), std::uint8_t{0});
  EXPECT_EQ(siphash(key, input), 0xa129ca6149be45e5U);
}

TEST(SipHash, EveryLengthGivesAnotherValue) {
  std::array<std::uint8_t, 40> zeros{};
  for (std::size_t size = 1; size < zeros.size(); ++size) {
    EXPECT_NE(siphash({1, 2}, std::span{zeros}.first(size)), siphash({1, 2}, std::span{zeros}.first(size - 1)));
  }
}

TEST(Random, TheSameSeedGivesTheSameWords) {
  Random a{5};
  Random b{5};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a(), b());
}

TEST(Random, StaysBelowItsBound) {
  Random random{1};
  for (int i = 0; i < 10'000; ++i) EXPECT_LT(random.below(7), 7U);
  EXPECT_EQ(random.below(0), 0U);
}

}  // namespace
}  // namespace portolan
