// Ports of any protocols, a bit each, in blocks of 256 ports: few of them take some dozen bytes each, all ports of a
// protocol ten KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/port.h"

namespace portolan::net {

class PortBitmap {
 public:
  // Whether it was not there yet.
  bool insert(Protocol protocol, Port port);
  [[nodiscard]] bool contains(Protocol protocol, Port port) const;

 private:
  static constexpr std::size_t block_bits = 256;
  static constexpr std::size_t word_bits = 64;
  struct Block {
    std::uint16_t number = 0;  // of the protocol and of the block in it
    std::array<std::uint64_t, block_bits / word_bits> words{};
  };
  static std::uint16_t number_of(Protocol protocol, Port port);

  std::vector<Block> blocks_;  // by number
};

}  // namespace portolan::net
