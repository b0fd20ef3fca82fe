#include "engine/teller.h"

namespace portolan::engine {

using model::HostState;

void Teller::attach(const Engine& engine, const Job& job, const HostList& hosts) {
  engine_ = &engine;
  job_ = &job;
  lanes_ = &hosts;
}

bool Teller::is_scanned(std::uint32_t host) const {
  return lanes_ != nullptr && lane_ < lanes_->size() && (*lanes_)[lane_] == host;
}

Result<void> Teller::tell_finished() {
  for (; next_ < block_.hosts.size(); ++next_) {
    if (is_scanned(next_) && !engine_->outcome(lane_).done) return {};
    if (names_.is_pending(block_.hosts[next_])) return {};
    if (auto told = tell(next_); !told) return told;
  }
  return {};
}

Result<void> Teller::tell_rest() {
  for (; next_ < block_.hosts.size(); ++next_) {
    if (auto told = tell(next_); !told) return told;
  }
  return {};
}

Result<void> Teller::tell(std::uint32_t index) {
  const BlockHost& host = block_.hosts[index];
  // What was never asked, because the scan was stopped, is not told.
  if (host.state == HostState::unknown && plan_.depth != plan::ScanDepth::list) return {};
  const RecordContext context{world_.services, world_.vendors, plan_.list_limit, world_.wall_time()};
  const bool scanned = is_scanned(index);
  model::HostRecord record =
      scanned ? port_record(host, block_, context, *engine_, *job_, lane_++) : host_record(host, block_, context);
  const bool ports_missing = !scanned && host.state == HostState::up && plan_.depth == plan::ScanDepth::ports;
  if (ports_missing && driver_.stopped()) record.interrupted = true;
  if (auto name = names_.name_of(record.address); !name.empty()) {
    record.names.push_back({std::move(name), model::HostName::Kind::ptr});
  }
  ++(record.state == HostState::up ? finished_.hosts_up : finished_.hosts_down);
  return sink_.on(std::move(record));
}

}  // namespace portolan::engine
