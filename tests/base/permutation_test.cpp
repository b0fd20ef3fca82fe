#include "base/permutation.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <unordered_set>
#include <vector>

namespace portolan {
namespace {

TEST(Permutation, GivesEveryElementExactlyOnce) {
  for (const std::uint64_t size : {1U, 2U, 3U, 4U, 5U, 7U, 100U, 256U, 257U, 1000U, 65535U, 65536U, 100003U}) {
    for (const std::uint64_t key : {0U, 1U, 12345U}) {
      const Permutation permutation{size, key};
      std::vector<bool> seen(size);
      for (std::uint64_t i = 0; i < size; ++i) {
        const std::uint64_t element = permutation.at(i);
        ASSERT_LT(element, size);
        ASSERT_FALSE(seen[element]) << "size " << size << " key " << key;
        seen[element] = true;
      }
    }
  }
}

TEST(Permutation, SpreadsNeighboursAndDependsOnTheKey) {
  const Permutation a{65535, 1};
  const Permutation b{65535, 2};
  std::size_t same = 0;
  std::size_t adjacent = 0;
  for (std::uint32_t i = 1; i < 65535; ++i) {
    same += a.at(i) == b.at(i);
    adjacent += a.at(i) == a.at(i - 1) + 1;
  }
  EXPECT_LT(same, 20U);
  EXPECT_LT(adjacent, 20U);
}

TEST(Permutation, NoPartOfAPositionShowsInItsElement) {
  const Permutation a{65536, 1};
  const Permutation b{65536, 2};
  std::size_t high = 0;
  std::size_t low = 0;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    high += a.at(i) >> 8U == b.at(i) >> 8U;
    low += (a.at(i) & 0xffU) == (b.at(i) & 0xffU);
  }
  EXPECT_LT(high, 65536U / 100) << "one in 256 by chance";
  EXPECT_LT(low, 65536U / 100);
}

TEST(Permutation, HoldsForSizesThatNoListCouldHold) {
  for (const std::uint64_t size : {(std::uint64_t{1} << 32U) + 1, (std::uint64_t{1} << 63U) + 12345, UINT64_MAX}) {
    const Permutation permutation{size, 7};
    std::unordered_set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
      const std::uint64_t element = permutation.at(i * (size / 50'000));
      ASSERT_LT(element, size);
      ASSERT_TRUE(seen.insert(element).second) << "size " << size;
    }
  }
}

TEST(Permutation, SequentialIsTheIdentity) {
  const Permutation permutation{1000, 5, Permutation::Order::sequential};
  for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(permutation.at(i), i);
}

}  // namespace
}  // namespace portolan
