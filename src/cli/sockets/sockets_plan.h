// What `portolan sockets` will list, worked out from its words. Pure.
#pragma once

#include "cli/command.h"
#include "cli/sockets/sockets_options.h"
#include "os/sockets/machine_sockets.h"
#include "sockets/columns/column.h"
#include "sockets/filter/filter.h"

namespace portolan::cli {

// What words ask for, worked out before anything is listed.
struct SocketsPlan {
  sockets::Filter filter;
  os::SocketQuery query;  // its filter is the one above
  std::vector<const sockets::Column*> columns;
  const sockets::Column* sort = nullptr;
  bool backwards = false;
  bool (*wanted)(const sockets::Row& row) = nullptr;  // --listening, --connected; nullptr: everything
};

// Errc::parse and Errc::usage with a sentence. `filter` is the text of -F, or the words of the line.
Result<SocketsPlan> plan_sockets(const SocketsOptions& words, std::string_view filter,
                                 const sockets::FilterNames& names);

}  // namespace portolan::cli
