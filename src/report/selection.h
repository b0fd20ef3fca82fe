// Which hosts and ports a report shows, out of what the scan tells.
#pragma once

#include "model/record.h"
#include "report/options.h"

namespace portolan::report {

// What --open counts as open, as nmap does: open, open|filtered and unfiltered.
bool is_possibly_open(model::PortState state);

// The host as it is to be shown, or nullptr where it is not: hosts that are down are shown from -v on
// and never under --open; --open hides hosts without an open port, and counts ports that are not
// open instead of listing them. Points to `host` or to `scratch`.
const model::HostRecord* select(const model::HostRecord& host, const ReportOptions& options,
                                model::HostRecord& scratch);

}  // namespace portolan::report
