// The files that this system's look-ups of names read.
#pragma once

#include <string_view>

namespace portolan::os {

// Whether a file that is read to look names up in `database` of nsswitch.conf(5) ("hosts", "services" ...) is a FIFO:
// the C library and c-ares would wait for its writer, and nothing interrupts them. They are not to be asked then.
bool look_up_would_hang(std::string_view database);

}  // namespace portolan::os
