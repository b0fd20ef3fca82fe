// Says when --stats-every is due. Progress comes more often than that, for the live line.
#pragma once

#include <optional>

#include "base/time.h"

namespace portolan::report {

class StatsTimer {
 public:
  // Without a period nothing is ever due.
  explicit StatsTimer(std::optional<Duration> period) : period_{period}, next_{period.value_or(Duration{})} {}
  // True once a period; periods that were slept through count once. `elapsed` since the scan began,
  // never falling.
  bool due(Duration elapsed);

 private:
  std::optional<Duration> period_;
  Duration next_;
};

}  // namespace portolan::report
