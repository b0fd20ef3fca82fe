#include "engine/host_reporter.h"

#include <utility>

#include "engine/findings.h"

namespace portolan::engine {

using model::HostState;

Result<void> HostReporter::report(const Host& host) {
  // What was never asked, because the scan was stopped, has no record.
  if (host.state == HostState::unknown && plan_.depth != plan::ScanDepth::list) {
    never_entered(1);
    return {};
  }
  const auto walks = ports_.walks_of(host);
  const RecordContext context{world_.services, world_.vendors, plan_.list_limit, world_.wall_time()};
  model::HostRecord record = host_record(host, context, walks);
  const bool ports_missing = walks.empty() && host.state == HostState::up && plan_.depth == plan::ScanDepth::ports;
  if (ports_missing && driver_.stopped()) record.interrupted = true;
  if (auto name = names_.name_of(record.address); !name.empty()) {
    record.names.push_back({std::move(name), model::HostName::Kind::ptr});
  }
  count(record, walks);
  return sink_.on(std::move(record));
}

void HostReporter::never_entered(std::uint64_t hosts) { finished_.never_asked += hosts * ports_.questions(); }

void HostReporter::count(const model::HostRecord& record, std::span<const PortWalk> walks) {
  ++(record.state == HostState::up ? finished_.hosts_up : finished_.hosts_down);
  ++finished_.hosts_total;
  ++driver_.found().hosts_done;
  for (const PortWalk& walk : walks) {
    finished_.never_asked += walk.engine.outcome(walk.walk).never_asked;
    if (const auto missed = expected_missed_open(walk)) {
      finished_.expected_missed_open = finished_.expected_missed_open.value_or(0) + *missed;
    }
  }
  if (walks.empty() && record.interrupted) finished_.never_asked += ports_.questions();
}

}  // namespace portolan::engine
