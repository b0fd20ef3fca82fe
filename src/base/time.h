// The engine's notion of time. It is always handed in, never read, so that a simulated hour costs
// milliseconds and a failure replays.
#pragma once

#include <chrono>
#include <cstdint>

namespace portolan {

using Duration = std::chrono::nanoseconds;

// A clock that has no now(): instants come from os::MonotonicClock or from sim::Network.
struct EngineTime {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<EngineTime, duration>;
  static constexpr bool is_steady = true;
};

using Instant = EngineTime::time_point;

constexpr double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }

// The nearest duration within a hundred years either way, so that sums of two still fit (an int64 of
// nanoseconds ends at 292 years); what is no number is nothing.
constexpr Duration duration_of(double seconds) {
  constexpr double longest = 100.0 * 365 * 86400;
  if (!(seconds >= -longest)) seconds = seconds < 0 ? -longest : 0;
  if (seconds > longest) seconds = longest;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace portolan
