// Which processes /proc shows, and by which numbers.
#pragma once

namespace portolan::os {

// /proc numbers processes as system calls do: it was mounted in this process's own pid namespace.
bool proc_is_of_own_pid_namespace();

// And that namespace is the first one: every process of the machine has a number here.
bool in_first_pid_namespace();

// Whether /proc is mounted at all.
bool proc_is_there();

}  // namespace portolan::os
