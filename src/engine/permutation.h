// Order is computed, never stored: a keyed permutation of [0, size) that visits every element exactly
// once, in an order that cannot be told from random without the key.
#pragma once

#include <cstdint>

namespace portolan::engine {

class Permutation {
 public:
  enum class Order : std::uint8_t { shuffled, sequential };

  // `size` at least 1.
  Permutation(std::uint32_t size, std::uint64_t key, Order order = Order::shuffled);

  // The element at `position`; both lie in [0, size).
  [[nodiscard]] std::uint32_t at(std::uint32_t position) const;
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  std::uint32_t size_;
  std::uint64_t key_;
  Order order_;
  unsigned half_bits_;  // of each half of the Feistel network
};

}  // namespace portolan::engine
