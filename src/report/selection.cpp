#include "report/selection.h"

#include <algorithm>

#include "model/extra_ports.h"

namespace portolan::report {
namespace {

using model::ExtraPorts;
using model::HostRecord;
using model::PortRecord;

bool has_open(const HostRecord& host) {
  return std::ranges::any_of(host.ports, [](const PortRecord& port) { return is_possibly_open(port.state); }) ||
         std::ranges::any_of(host.extra, [](const ExtraPorts& extra) { return is_possibly_open(extra.state); });
}

void only_open(HostRecord& host) {
  const auto closed =
      std::ranges::stable_partition(host.ports, [](const PortRecord& port) { return is_possibly_open(port.state); });
  for (const PortRecord& port : closed) {
    model::count(host.extra, port.state, port.reason, port.protocol, port.port);
  }
  host.ports.erase(closed.begin(), closed.end());
  model::sort_by_count(host.extra);
}

}  // namespace

bool is_possibly_open(model::PortState state) {
  using enum model::PortState;
  return state == open || state == open_filtered || state == unfiltered;
}

const HostRecord* select(const HostRecord& host, const ReportOptions& options, HostRecord& scratch) {
  // A host that the user named and that could not be asked has a remark, and silence would hide it.
  const bool explained = options.dialect == Dialect::portolan && !host.remarks.empty();
  if (host.state == model::HostState::down && (options.open_only || (options.verbosity <= 0 && !explained))) {
    return nullptr;
  }
  if (!options.open_only || !(host.port_scanned || host.timed_out)) return &host;
  // A host that was given up is shown: what it would have had is not known.
  if (!has_open(host) && !host.timed_out && !host.interrupted) return nullptr;
  scratch = host;
  only_open(scratch);
  return &scratch;
}

}  // namespace portolan::report
