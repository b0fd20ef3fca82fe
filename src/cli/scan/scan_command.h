// The scan, as `portolan scan` and as nmap.
#pragma once

#include "cli/command.h"

namespace portolan::cli {

// Gives the exit status: under portolan's own name those of command.h, and 128 + the signal after one;
// under the name nmap 255 for a line that cannot be taken apart and 1 for every other error.
int run_scan_command(const Invocation& invocation);

}  // namespace portolan::cli
