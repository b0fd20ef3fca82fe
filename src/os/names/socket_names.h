// Words for the numbers in rows, from this machine: users, interfaces, services, hosts, control groups, namespaces.
#pragma once

#include <memory>

#include "catalog/catalog.h"
#include "os/process/processes.h"
#include "sockets/row_names.h"

namespace portolan::os {

struct NameChoice {
  bool users = true;      // false: numbers
  bool services = false;  // registered names instead of port numbers
  bool hosts = false;     // reverse look-ups, which ask name servers
};

// `services` outlives the result, and may be nullptr.
std::unique_ptr<sockets::RowNames> make_socket_names(const NameChoice& choice, const catalog::Services* services);

}  // namespace portolan::os
