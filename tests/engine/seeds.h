// Seeds of simulated worlds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace portolan::sim {

// Seeds for a property over `count` worlds: PORTOLAN_SEED alone where that is set (a replay), else a
// fixed list that starts at PORTOLAN_FIRST_SEED or 1.
std::vector<std::uint64_t> seeds(std::size_t count);

}  // namespace portolan::sim
