// Which ports a scan asks. Pure.
#pragma once

#include <optional>

#include "catalog/catalog.h"
#include "cli/scan/scan_options.h"
#include "net/port_set.h"
#include "plan/port_expression.h"

namespace portolan::cli {

// Of one protocol: those that -p names (`named`), the most common ones, or the most common of those. IP protocols are
// all asked unless told otherwise, because there are few.
net::PortSet wanted_ports(const ScanOptions& options, const std::optional<plan::PortPlan>& named,
                          net::Protocol protocol, const catalog::Services& services);

}  // namespace portolan::cli
