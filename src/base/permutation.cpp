#include "base/permutation.h"

#include <bit>
#include <cassert>

#include "base/hash.h"

namespace portolan {
namespace {

std::uint64_t mix(std::uint64_t half, std::uint64_t key) {
  std::uint64_t z = (half + key) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 32U)) * 0x94d049bb133111ebU;
  return z >> 32U;  // a half has 32 bits at most
}

}  // namespace

Permutation::Permutation(std::uint64_t size, std::uint64_t key, Order order) : size_{size}, order_{order}, keys_{} {
  assert(size >= 1);
  const auto bits = static_cast<unsigned>(std::bit_width(size - 1));
  low_bits_ = (bits + 1) / 2;
  low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
  high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
  for (std::uint64_t& round_key : keys_) round_key = splitmix(key);
}

// A Feistel network: each round changes one half by a function of the other, which can be undone. Four
// rounds make it a pseudorandom permutation (Luby and Rackoff 1988). It permutes the next power of two;
// walking on until the value falls inside is again a permutation, and takes fewer than two steps on average.
std::uint64_t Permutation::at(std::uint64_t position) const {
  assert(position < size_);
  if (order_ == Order::sequential) return position;
  std::uint64_t value = position;
  do {
    std::uint64_t low = value & low_mask_;
    std::uint64_t high = value >> low_bits_;
    for (unsigned round = 0; round < rounds; round += 2) {
      low ^= mix(high, keys_[round]) & low_mask_;
      high ^= mix(low, keys_[round + 1]) & high_mask_;
    }
    value = high << low_bits_ | low;
  } while (value >= size_);
  return value;
}

}  // namespace portolan
