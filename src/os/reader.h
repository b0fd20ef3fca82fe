// Whoever reads what this program writes.
#pragma once

#include "base/time.h"

namespace portolan::os {

// Waits so long, whatever signals come that do not end the process. False at once when nobody can read from the
// descriptor `reader` any more: its pipe or socket is closed at the other end. -1: nobody is meant to.
[[nodiscard]] bool wait_while_read(int reader, Duration time);

}  // namespace portolan::os
