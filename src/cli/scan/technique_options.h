// The options by which techniques are called: one row for each name that a technique of the registry has.
#pragma once

#include <string_view>
#include <vector>

#include "cli/option.h"
#include "cli/scan/scan_options.h"

namespace portolan::cli {

// -sS and its kind: how ports are asked.
std::vector<Option<ScanOptions>> technique_rows(std::string_view group);
// -PS and its kind: how hosts are found.
std::vector<Option<ScanOptions>> discovery_rows(std::string_view group);

}  // namespace portolan::cli
