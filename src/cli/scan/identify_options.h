// The options about who answers at open ports.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"
#include "plan/plan.h"

namespace portolan::cli {

// -sV to --max-connections-per-host.
std::vector<Option<ScanOptions>> identify_rows(std::string_view group);

// Puts what is wanted of it into a plan whose depth is known. Errc::usage where that contradicts itself.
Result<void> plan_identification(const ScanOptions& options, bool as_nmap, plan::Plan& plan);

}  // namespace portolan::cli
