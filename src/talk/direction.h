// Which way bytes went.
#pragma once

#include <cstdint>

namespace portolan::talk {

enum class Direction : std::uint8_t { sent, received };

}  // namespace portolan::talk
