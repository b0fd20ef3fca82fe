// Bytes of both directions as offset, hexadecimal and ASCII. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "talk/direction.h"

namespace portolan::talk {

// Sixteen bytes a line: "> 00000000  48 45 4c 4f 0d 0a ...  |HELO..|", > for what was sent and < for what came. Each
// piece begins a line; `offset` counts the bytes of its direction, or of its datagram.
std::string hex_lines(Direction direction, std::uint64_t offset, std::string_view bytes);

}  // namespace portolan::talk
