// How fast a scan goes: what the options say, on top of the template that -T chooses. Pure.
#pragma once

#include "base/result.h"
#include "cli/scan/scan_options.h"
#include "plan/plan.h"

namespace portolan::cli {

// Errc::usage where bounds contradict each other; round trips that do give way under the name nmap.
Result<plan::Timing> timing_of(const ScanOptions& options, bool as_nmap);

}  // namespace portolan::cli
