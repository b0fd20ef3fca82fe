#include "os/sockets/socket_owners.h"

#include "os/kernel_types.h"
#include "os/sockets/socket_owners_bpf.h"
#include "os/sockets/socket_owners_proc.h"

namespace portolan::os {
namespace {

// To load the program takes 1 to 2 ms where the kernel's types can be mapped, and 6 where they must be read; a file
// then takes half a microsecond instead of four.
bool bpf_is_worth_it() {
  constexpr std::size_t load_mapped = 2'000;
  constexpr std::size_t load_read = 7'000;
  const std::size_t proc = estimate_proc_cost().microseconds();
  return proc > load_read || (proc > load_mapped && KernelTypes::can_map());
}

}  // namespace

Result<sockets::OwnerIndex> find_owners(OwnerMethod method) {
  if (method == OwnerMethod::bpf) return find_owners_with_bpf();
  if (method == OwnerMethod::automatic && may_find_owners_with_bpf() && bpf_is_worth_it()) {
    if (auto found = find_owners_with_bpf()) return found;
  }
  return find_owners_in_proc();
}

}  // namespace portolan::os
