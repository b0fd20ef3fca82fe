// Who holds which socket, by reading the links below /proc/*/fd: works for everybody, as far as they may look.
//
// What no descriptor holds is not found: sockets under way in a message (SCM_RIGHTS), registered with an io_uring, or
// kept by a mapped packet ring only.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "sockets/owners.h"

namespace portolan::os {

// `threads`: how many look at once; 0: as many as there are processors and as the work is worth. Errc::io where /proc
// is missing, or this process may open no more files: then nothing is known, which is not the same as no owner.
// A process that ends meanwhile is left out.
Result<sockets::OwnerIndex> find_owners_in_proc(std::size_t threads = 0);

// Processes whose descriptors may not be read, or (at least one) that are not shown at all: by one link of each,
// without a look at their files. A socket that nobody in sight holds may be theirs.
std::size_t count_hidden_processes();

// What that costs about (measured on Linux 6.18 and a Zen 4 core), cheap to find out: for choosing.
struct ProcCost {
  std::size_t processes = 0;
  std::size_t files = 0;                           // open on the whole machine
  [[nodiscard]] std::size_t microseconds() const;  // of one thread
};
ProcCost estimate_proc_cost();

}  // namespace portolan::os
