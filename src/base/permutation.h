// Order is computed, never stored: a keyed permutation of [0, size) that visits every element exactly
// once, in an order that cannot be told from random without the key. Pure.
#pragma once

#include <array>
#include <cstdint>

namespace portolan {

class Permutation {
 public:
  enum class Order : std::uint8_t { shuffled, sequential };

  // `size` at least 1.
  Permutation(std::uint64_t size, std::uint64_t key, Order order = Order::shuffled);

  // The element at `position`; both lie in [0, size).
  [[nodiscard]] std::uint64_t at(std::uint64_t position) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  static constexpr unsigned rounds = 4;

  std::uint64_t size_;
  Order order_;
  unsigned low_bits_;  // of a value's lower half
  std::uint64_t low_mask_;
  std::uint64_t high_mask_;
  std::array<std::uint64_t, rounds> keys_;
};

}  // namespace portolan
