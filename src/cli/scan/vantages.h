// A scan from other places than this one (--from): network namespaces of this machine, each with its own addresses,
// routes and rules.
#pragma once

#include <functional>

#include "base/result.h"
#include "cli/scan/scan_options.h"

namespace portolan::cli {

// Whether the places are such, and the options make sense from there. Errc::usage.
Result<void> check_vantages(const ScanOptions& options);

// This process goes to the one place that the options name; to be called while it has one thread. Errc::usage where
// there is no such place, Errc::privilege.
Result<void> go_to_vantage(const ScanOptions& options);

// Scans from each place, one after another, so that none takes of the answers that a host gives others; each scan by
// `scan`, in a process of its own. What it gives is told as a table, and in the reports that can hold it. Gives the
// exit status.
int scan_from_all(const ScanOptions& options, const std::function<int(const ScanOptions&)>& scan);

}  // namespace portolan::cli
