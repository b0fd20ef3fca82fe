// What `portolan sockets` will list, worked out from its words. Pure.
#pragma once

#include "cli/command.h"
#include "cli/sockets/sockets_options.h"
#include "run/socket_listing.h"
#include "sockets/columns/column.h"
#include "sockets/filter/filter.h"

namespace portolan::cli {

// What words ask for, worked out before anything is listed.
struct SocketsPlan {
  run::SocketChoice choice;
  std::vector<const sockets::Column*> columns;
  const sockets::Column* sort = nullptr;
  bool backwards = false;
};

// FilterNames::hosts: where only sockets of a kind without IP addresses are listed, its own family.
sockets::AddressFamily family_of_hosts(const SocketsOptions& options);

// Errc::parse and Errc::usage with a sentence. `filter` is the text of -F, or the words of the line.
Result<SocketsPlan> plan_sockets(const SocketsOptions& options, std::string_view filter,
                                 const sockets::FilterNames& names);

}  // namespace portolan::cli
