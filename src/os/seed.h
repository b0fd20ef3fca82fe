// The one number of a scan that nobody may guess.
#pragma once

#include <cstdint>

namespace portolan::os {

// From the kernel's random numbers.
std::uint64_t draw_seed();

}  // namespace portolan::os
