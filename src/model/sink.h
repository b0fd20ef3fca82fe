// Something that takes results as they come.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/record.h"

namespace portolan::model {

// Called in order: on_start once; then any mix of on_task_begin/on_progress/on_task_end, on_open,
// on_warning and on_host; on_finish once, whatever happened, even when the scan failed right after
// it began. An error means that results are being lost (disk full, reader gone): the scan stops
// and says so.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual Result<void> on_start(const ScanStarted&) { return {}; }
  virtual Result<void> on_task_begin(const TaskRecord&) { return {}; }
  virtual Result<void> on_progress(const Progress&) { return {}; }
  virtual Result<void> on_task_end(const TaskRecord&) { return {}; }
  // An open port, the moment it is found; it comes again inside its host's record.
  virtual Result<void> on_open(const net::IpAddress&, const PortRecord&) { return {}; }
  // Something that the user should know and that belongs into the report, one sentence.
  virtual Result<void> on_warning(std::string_view) { return {}; }
  virtual Result<void> on_host(const HostRecord&) { return {}; }
  virtual Result<void> on_finish(const ScanFinished&) { return {}; }
};

}  // namespace portolan::model
