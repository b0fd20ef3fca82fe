// One stream of events to several sinks.
#pragma once

#include <vector>

#include "model/sink.h"

namespace portolan::report {

class Tee : public model::Sink {
 public:
  // Called in the order of adding; `sink` outlives the tee. A live status line goes first: it makes
  // room before others print.
  void add(model::Sink& sink) { sinks_.push_back(&sink); }

  // Every sink hears of everything even when one of them fails: a full disk under one report does not
  // cut the others short. The first error is returned.
  Result<void> on_start(const model::ScanStarted& started) override;
  Result<void> on_task_begin(const model::TaskRecord& task) override;
  Result<void> on_progress(const model::Progress& progress) override;
  Result<void> on_task_end(const model::TaskRecord& task) override;
  Result<void> on_open(const net::IpAddress& address, const model::PortRecord& port) override;
  Result<void> on_warning(std::string_view text) override;
  Result<void> on_host(const model::HostRecord& host) override;
  Result<void> on_finish(const model::ScanFinished& finished) override;

 private:
  template <class Tell>
  Result<void> each(Tell tell);

  std::vector<model::Sink*> sinks_;
};

}  // namespace portolan::report
