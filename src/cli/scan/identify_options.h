// The options about who answers at open ports.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"
#include "cli/scan/scan_plan.h"

namespace portolan::cli {

// -sV to --max-connections-per-host.
std::vector<Option<ScanOptions>> identify_rows(std::string_view group);

// Puts what is wanted of it into a plan whose depth and privileges are known, and what -A wants beside it; tells what
// of that cannot be had. Errc::usage where it contradicts itself.
Result<void> plan_identification(const ScanOptions& options, Dialect dialect, PreparedScan& prepared);

}  // namespace portolan::cli
