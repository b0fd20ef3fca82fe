#include "os/monotonic_clock.h"

#include <algorithm>
#include <ctime>

namespace portolan::os {
namespace {

Duration read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);  // cannot fail for these clocks
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

Instant MonotonicClock::now() const { return Instant{read_clock(CLOCK_MONOTONIC)}; }

ClockSample sample_clocks() {
  // Wall first: a delay between the two readings then makes a frame seem to arrive later than it did,
  // at most now. The other way round it could seem to have come before its question was sent.
  const Duration wall = read_clock(CLOCK_REALTIME);
  return {Instant{read_clock(CLOCK_MONOTONIC)}, wall};
}

Instant instant_of(Duration wall_stamp, const ClockSample& sample, Instant earliest) {
  const Instant stamped = sample.steady - (sample.wall - wall_stamp);
  return std::clamp(stamped, std::min(earliest, sample.steady), sample.steady);
}

}  // namespace portolan::os
