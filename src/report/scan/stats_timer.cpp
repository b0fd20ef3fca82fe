#include "report/scan/stats_timer.h"

#include <algorithm>
#include <chrono>

namespace portolan::report {

bool StatsTimer::due(Duration elapsed) {
  using namespace std::chrono_literals;
  if (!period_) return false;
  // Whoever calls may keep the same period by a clock that started a little later than the scan's;
  // a call that is early by a hair is that period's, or every line would come one period late.
  const Duration tolerance = std::min<Duration>(*period_ / 10, 50ms);
  if (elapsed + tolerance < next_) return false;
  if (period_->count() <= 0) return true;
  next_ = *period_ * ((elapsed + tolerance) / *period_ + 1);
  return true;
}

}  // namespace portolan::report
