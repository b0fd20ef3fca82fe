// Keyed hashing (SipHash-2-4, Aumasson & Bernstein 2012) and a small seeded generator. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace portolan {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

// SipHash-2-4 of `bytes` under `key`: without the key nobody can predict it, which is what makes
// it fit to be a cookie.
std::uint64_t siphash(HashKey key, std::span<const std::uint8_t> bytes);

// SplitMix64 (Steele, Lea, Flood 2014): spreads a seed into as many independent words as needed.
constexpr std::uint64_t splitmix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

// A seeded source of random words; the same seed gives the same words everywhere. Meets
// UniformRandomBitGenerator.
class Random {
 public:
  using result_type = std::uint64_t;
  explicit constexpr Random(std::uint64_t seed) : state_{seed} {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return UINT64_MAX; }
  constexpr result_type operator()() { return splitmix(state_); }
  // Uniform in [0, bound); 0 for bound 0. Lemire's multiply-shift; the bias (< 2^-32 for the
  // bounds used here) does not matter for order and simulation.
  constexpr std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((__extension__ static_cast<unsigned __int128>((*this)()) * bound) >> 64U);
  }
  constexpr double unit() { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }
  constexpr bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace portolan
