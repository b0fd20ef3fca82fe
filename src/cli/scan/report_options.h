// The options that name reports: one row for each format of the registry, and those that speak of all of them.
#pragma once

#include <string_view>
#include <vector>

#include "cli/option.h"
#include "cli/scan/scan_options.h"

namespace portolan::cli {

// -oN and its kind, -oA, and nmap's old -o.
std::vector<Option<ScanOptions>> report_rows(std::string_view group);

}  // namespace portolan::cli
