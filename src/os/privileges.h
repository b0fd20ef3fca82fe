// What this process may do, and giving it up.
#pragma once

#include "base/result.h"

namespace portolan::os {

// CAP_NET_RAW is effective: root, file capabilities and user namespaces alike. The user id says nothing.
bool can_send_raw();

// Gives up every capability of the calling thread, and the way back to them (no_new_privs): to be called
// once all sockets and files that need them are open, before there are other threads. User and group
// stay.
Result<void> drop_privileges();

}  // namespace portolan::os
