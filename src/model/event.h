// Everything that a scan says, one type an event.
#pragma once

#include <variant>

#include "model/record.h"
#include "model/remark.h"

namespace portolan::model {

struct TaskBegin {
  TaskRecord task;
  friend bool operator==(const TaskBegin&, const TaskBegin&) = default;
};
struct TaskEnd {
  TaskRecord task;
  friend bool operator==(const TaskEnd&, const TaskEnd&) = default;
};

// An open port, the moment it is found; it comes again inside its host's record.
struct OpenPort {
  net::IpAddress host;
  PortRecord port;
  friend bool operator==(const OpenPort&, const OpenPort&) = default;
};

// All that is known by now has been told, and what comes next may take its time: whoever keeps text back to write more
// of it at once writes it now.
struct CaughtUp {
  friend bool operator==(const CaughtUp&, const CaughtUp&) = default;
};

// ScanStarted comes first and once; ScanFinished last and once, whatever happened, even when the scan failed right
// after it began; the others in any mix between them.
using Event =
    std::variant<ScanStarted, TaskBegin, Progress, TaskEnd, OpenPort, Remark, HostRecord, CaughtUp, ScanFinished>;

}  // namespace portolan::model
