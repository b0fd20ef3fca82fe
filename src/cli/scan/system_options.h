// The options about which systems hosts have.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"
#include "cli/scan/scan_plan.h"

namespace portolan::cli {

// -O to --max-os-tries.
std::vector<Option<ScanOptions>> system_rows(std::string_view group);

// Puts what is wanted of it into a plan whose depth and privileges are known; what -A wants, only where raw packets may
// be sent. Errc::usage where the options contradict each other.
Result<void> plan_systems(const ScanOptions& options, Dialect dialect, plan::Plan& plan);

}  // namespace portolan::cli
