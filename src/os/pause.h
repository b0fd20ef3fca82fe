// Doing nothing for a while.
#pragma once

#include "base/time.h"

namespace portolan::os {

// Signals that do not end the process do not end the pause either.
void pause_for(Duration time);

}  // namespace portolan::os
