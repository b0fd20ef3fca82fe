// Who holds which socket, by a BPF program that the kernel runs over every file of every task: one pass without a
// system call a file.
#pragma once

#include "base/result.h"
#include "sockets/owners.h"

namespace portolan::os {

// Errc::privilege without CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN); Errc::unsupported outside of the first pid
// namespace, whose numbers are the only ones the program sees, and where the kernel has no such iterator (before
// Linux 5.11) or does not describe its types.
Result<sockets::OwnerIndex> find_owners_with_bpf();

// Whether it is worth trying: one look at the capabilities and at the pid namespace, microseconds.
bool may_find_owners_with_bpf();

}  // namespace portolan::os
