// What this process may do, and giving it up.
#pragma once

#include "base/result.h"

namespace portolan::os {

// The kernel grants raw sockets: root, file capabilities and user namespaces alike. Tried, not read from
// the capabilities: in a user namespace that does not own the network they are there and mean nothing.
bool can_send_raw();

// CAP_SYS_PTRACE, by which one user looks at the processes of another. Some may be closed to whoever has it, too.
bool may_look_at_processes();

// geteuid().
unsigned effective_user();

// Gives up every capability of the calling thread, and the way back to them (no_new_privs): to be called
// once all sockets and files that need them are open, before there are other threads. User and group
// stay.
Result<void> drop_privileges();

// Gives up all but what looking at the sockets and processes of this machine needs; no program that is executed gets
// more (no_new_privs). For who was started as root and reads what any user may have written: it makes less of what such
// a process could be made to do, but CAP_SYS_PTRACE, CAP_SYS_ADMIN and user 0 stay, and with them ways to the rest.
// Where that is not possible, it stays as it was.
void keep_rights_to_look();

}  // namespace portolan::os
