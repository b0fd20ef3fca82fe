// nmap's options that are no options here: those that change nothing, those that are not built, and those that never
// will be.
#pragma once

#include <vector>

#include "cli/option.h"
#include "cli/scan/scan_options.h"

namespace portolan::cli {

// Rows that are not built may be named in the rest of the table meanwhile.
std::vector<Option<ScanOptions>> rows_of_nmap();

}  // namespace portolan::cli
