// The socket tables of `portolan netstat`: asks os/ for the sockets, netstat/ for the lines.
#pragma once

#include <string_view>

#include "cli/netstat/netstat_options.h"
#include "os/names/system_names.h"
#include "report/output.h"

namespace portolan::cli {

// One listing to `output`; the exit status. What went wrong or is missing goes to standard error behind `name`
// ("netstat"). `terminal`: columns may be cut.
int list_netstat_sockets(const NetstatOptions& options, os::SystemNames& names, report::Output& output, bool terminal,
                         std::string_view name);

}  // namespace portolan::cli
