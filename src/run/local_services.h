// The services of this machine: what waits for callers in its own network namespace.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/remark.h"
#include "os/sockets/machine_sockets.h"
#include "sockets/listeners.h"
#include "sockets/row_names.h"

namespace portolan::run {

// All sockets that can have ports and wait for callers, of the caller's network namespace.
os::SocketQuery waiting_query();

struct LocalServices {
  std::vector<sockets::Service> services;  // in ascending order of port
  std::size_t without_privilege = 0;       // sockets whose holder this user may not look at
  std::vector<model::Remark> gaps;         // what the list does not hold
};
Result<LocalServices> find_services(sockets::RowNames& names);

// Adds what systemd says about them, where they are those of the first network namespace: its sockets are there.
void add_units(LocalServices& found);

}  // namespace portolan::run
