// The words of a scan to its plan. Pure: names, files and facts come through PlanSources, so a test
// passes literals.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/scan/scan_options.h"
#include "model/remark.h"
#include "plan/plan.h"
#include "run/late_targets.h"

namespace portolan::cli {

struct PlanSources {
  plan::Resolve resolve;  // waits for the addresses
  // Names are looked up in parallel, and no longer in front of the scan than need be, where these two are there:
  std::function<void(std::string_view name)> look_up = {};  // begins; does not wait
  // Whether it takes longer than a scan that has something else to do waits for it.
  std::function<bool(std::string_view name)> is_late = {};
  plan::ZoneOf zone_of;
  std::function<Result<std::string>(std::string_view path)> read;  // the content of a file; "-" is standard input
  std::function<std::vector<std::string>()> links;  // names of those that have link-local addresses, loopback apart
  // Addresses of those on these links who answer when all are asked at once (--discover-link).
  std::function<Result<std::vector<net::IpAddress>>(const std::vector<std::string>& links)> neighbours = {};
  const catalog::Services& services;
  std::optional<Error> routes_missing = {};   // why the kernel tells nobody of its routes, which raw packets need
  std::optional<Error> packets_missing = {};  // why packet sockets are refused to everybody, which raw packets need
  bool raw_packets = true;                    // whether this process may send them
};

struct PreparedScan {
  plan::Plan plan;
  std::vector<model::Remark> notices;  // what the user should know before it starts
  // Names that have no address and, under the name nmap, targets that make no sense; both are left out.
  std::vector<model::Remark> left_out;
  // Names that are still looked up, and what is wanted of them. A scan begins without them.
  std::vector<run::LateName> late;
  plan::TargetOptions target_options;
};

// The dialect is whose defaults count: under its own name portolan scans every address of a name and
// always scans a host that is named by itself; under the name nmap every default is nmap's.
// Errors: whatever makes the line senseless, one sentence. An empty set of targets is one under
// portolan's own name only.
// What had been decided by then stands in `prepared`, which begins empty, all the same: names are looked up last, and
// whoever is stopped there still says how he would have asked.
Result<void> prepare_scan(const ScanOptions& options, Dialect dialect, const PlanSources& sources,
                          PreparedScan& prepared);

}  // namespace portolan::cli
