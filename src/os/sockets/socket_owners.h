// Which process holds which socket: one pass over the file descriptors of all processes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "sockets/owners.h"

namespace portolan::os {

enum class OwnerMethod : std::uint8_t {
  automatic,  // the iterator where it is allowed and saves more than it costs to load; /proc otherwise
  proc,       // readlink over /proc/*/fd, by as many threads as there are processors
  bpf,        // a BPF task-file iterator; Errc::privilege or Errc::unsupported where it cannot be had
};

// Processes that end meanwhile are no error.
Result<sockets::OwnerIndex> find_owners(OwnerMethod method = OwnerMethod::automatic);

}  // namespace portolan::os
