#include "engine/permutation.h"

#include <bit>
#include <cassert>

namespace portolan::engine {
namespace {

// Four rounds make a Feistel network a pseudorandom permutation (Luby and Rackoff 1988).
constexpr unsigned rounds = 4;

std::uint32_t mix(std::uint32_t half, std::uint64_t key, unsigned round) {
  std::uint64_t z = half + key + (round + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 32U)) * 0xbf58476d1ce4e5b9U;
  return static_cast<std::uint32_t>(z >> 32U);
}

}  // namespace

Permutation::Permutation(std::uint32_t size, std::uint64_t key, Order order)
    : size_{size}, key_{key}, order_{order}, half_bits_{(static_cast<unsigned>(std::bit_width(size - 1)) + 1) / 2} {
  assert(size >= 1);
  if (half_bits_ == 0) half_bits_ = 1;
}

std::uint32_t Permutation::at(std::uint32_t position) const {
  assert(position < size_);
  if (order_ == Order::sequential) return position;
  const std::uint32_t mask = (1U << half_bits_) - 1;
  // The network permutes the next even power of two, less than four times the size; walking on until
  // the value falls inside is again a permutation, and takes fewer than four steps on average.
  std::uint32_t value = position;
  do {
    std::uint32_t left = value >> half_bits_;
    std::uint32_t right = value & mask;
    for (unsigned round = 0; round < rounds; ++round) {
      const std::uint32_t next = left ^ (mix(right, key_, round) & mask);
      left = right;
      right = next;
    }
    value = left << half_bits_ | right;
  } while (value >= size_);
  return value;
}

}  // namespace portolan::engine
