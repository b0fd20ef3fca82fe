#include "os/seed.h"

#include <random>

namespace portolan::os {

std::uint64_t draw_seed() {
  std::random_device source;
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace portolan::os
