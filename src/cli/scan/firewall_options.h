// The option about what filters the packets to hosts.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"
#include "plan/plan.h"

namespace portolan::cli {

// --firewall.
std::vector<Option<ScanOptions>> firewall_rows(std::string_view group);

// Puts what is wanted of it into a plan whose depth and privileges are known; what -A wants, only where raw packets may
// be sent. Errc::usage where the options contradict each other.
Result<void> plan_firewall(const ScanOptions& options, plan::Plan& plan);

}  // namespace portolan::cli
