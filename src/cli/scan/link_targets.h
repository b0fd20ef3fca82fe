// Targets that only a link knows.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/scan/scan_plan.h"

namespace portolan::cli {

// Packets to a link-local address need to know the link. Where it is left out there may be only one, which is then
// added: "fe80::1" becomes "fe80::1%eth0". `interface`: that of -e, or "". Errc::usage where there are several.
Result<std::string> with_link(const std::string& expression, const std::string& interface, const PlanSources& sources);

// Who answers on the link, or on all of them where `interface` is "", as targets: --discover-link. Errc::unreachable
// where nobody does.
Result<std::vector<std::string>> neighbours_of_links(const std::string& interface, const PlanSources& sources);

}  // namespace portolan::cli
