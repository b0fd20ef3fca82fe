#include "report/resume/rest_of_report.h"

#include <variant>

namespace portolan::report {

Result<void> RestOfReport::on(const model::Event& event) {
  if (const auto* host = std::get_if<model::HostRecord>(&event)) {
    if (const auto told = told_.find(host->address); told != told_.end()) {
      asked_again_[host->address] = {.state = host->state, .has_open = false};
      return {};
    }
  }
  if (const auto* open = std::get_if<model::OpenPort>(&event); open != nullptr && told_.contains(open->host)) return {};
  if (const auto* finished = std::get_if<model::ScanFinished>(&event)) return report_->on(with_told(*finished));
  return report_->on(event);
}

// The scan counted those that it asked again.
model::ScanFinished RestOfReport::with_told(model::ScanFinished finished) const {
  const auto count = [&finished](const ToldHosts& hosts, auto change) {
    for (const auto& [address, host] : hosts) {
      change(host.state == model::HostState::up ? finished.hosts_up : finished.hosts_down);
      change(finished.hosts_total);
    }
  };
  count(told_, [](std::size_t& sum) { ++sum; });
  count(asked_again_, [](std::size_t& sum) { sum -= sum > 0 ? 1U : 0U; });
  return finished;
}

}  // namespace portolan::report
