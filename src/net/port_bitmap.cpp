#include "net/port_bitmap.h"

#include <algorithm>

namespace portolan::net {

std::uint16_t PortBitmap::number_of(Protocol protocol, Port port) {
  constexpr unsigned blocks = 65'536 / block_bits;
  return static_cast<std::uint16_t>(static_cast<unsigned>(protocol) * blocks + port.value() / block_bits);
}

bool PortBitmap::insert(Protocol protocol, Port port) {
  const std::uint16_t number = number_of(protocol, port);
  auto block = std::ranges::lower_bound(blocks_, number, {}, &Block::number);
  if (block == blocks_.end() || block->number != number) block = blocks_.insert(block, {.number = number});
  std::uint64_t& word = block->words[port.value() % block_bits / word_bits];
  const std::uint64_t bit = std::uint64_t{1} << port.value() % word_bits;
  const bool is_new = (word & bit) == 0;
  word |= bit;
  return is_new;
}

bool PortBitmap::contains(Protocol protocol, Port port) const {
  const std::uint16_t number = number_of(protocol, port);
  const auto block = std::ranges::lower_bound(blocks_, number, {}, &Block::number);
  if (block == blocks_.end() || block->number != number) return false;
  return (block->words[port.value() % block_bits / word_bits] >> port.value() % word_bits & 1U) != 0;
}

}  // namespace portolan::net
