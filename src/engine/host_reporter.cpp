#include "engine/host_reporter.h"

#include <algorithm>
#include <utility>

#include "engine/findings.h"

namespace portolan::engine {

using model::HostState;

Result<void> HostReporter::report(const Host& host) {
  // What was never asked, because the scan was stopped or this machine would not send it, has no record.
  if (host.state == HostState::unknown && plan_.depth != plan::ScanDepth::list) {
    left_out_ = left_out_ || !driver_.stopped();
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
  add_hops(record, host);
  count(record, walks);
  return sink_.on(std::move(record));
}

// A way that was not asked to its end is none.
void HostReporter::add_hops(model::HostRecord& record, const Host& host) const {
  if (record.trace && record.trace->hops.empty()) record.trace.reset();
  if (record.trace) {
    for (model::Hop& hop : record.trace->hops) {
      if (hop.address) hop.name = names_.name_of(*hop.address);
    }
  } else if (plan_.traceroute && host.state == HostState::up && driver_.stopped()) {
    record.interrupted = record.interrupted || host.target.path->kind != net::Path::Kind::local;
  }
}

void HostReporter::never_entered(std::uint64_t hosts) { finished_.never_asked += hosts * ports_.questions(); }

void HostReporter::count(const model::HostRecord& record, std::span<const PortWalk> walks) {
  ++(record.state == HostState::up ? finished_.hosts_up : finished_.hosts_down);
  ++finished_.hosts_total;
  ++driver_.found().hosts_done;
  bool given_up = false;
  for (const PortWalk& walk : walks) {
    const WalkOutcome outcome = walk.engine.outcome(walk.walk);
    const bool silent = outcome.answered < walk.engine.job().questions.size();
    given_up = given_up || (silent && (outcome.stopped_answering || outcome.limiter_given_up));
    finished_.never_asked += outcome.never_asked;
    left_out_ = left_out_ || outcome.refused > 0;
    count_missed(walk);
  }
  finished_.hosts_given_up += given_up ? 1U : 0U;
  if (walks.empty() && record.interrupted) finished_.never_asked += ports_.questions();
}

void HostReporter::count_missed(const PortWalk& walk) {
  const auto& techniques = walk.engine.job().techniques;
  if (std::ranges::none_of(techniques, &probe::Probe::open_answers)) return;
  const double usual = (static_cast<double>(open_) + 0.5) / (static_cast<double>(hosts_) + 1);
  const Missed missed = missed_open(walk, usual);
  open_ += missed.open;
  ++hosts_;
  if (missed.expected) {
    finished_.expected_missed_open = finished_.expected_missed_open.value_or(0) + *missed.expected;
  } else {
    ++finished_.hosts_not_measured;
  }
}

}  // namespace portolan::engine
