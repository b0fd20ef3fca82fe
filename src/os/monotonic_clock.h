// The real clock behind the engine's time.
#pragma once

#include "base/time.h"
#include "engine/doors.h"

namespace portolan::os {

// CLOCK_MONOTONIC: never set back, not by hand and not by NTP.
class MonotonicClock final : public engine::Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

// Both clocks read at one moment. The kernel stamps packets with the wall clock (CLOCK_REALTIME),
// the engine counts in the monotonic one; a fresh sample for each batch of frames follows the wall
// clock wherever it is set.
struct ClockSample {
  Instant steady;
  Duration wall{};  // since the Epoch
};
ClockSample sample_clocks();

// The instant a wall-clock stamp means: within [earliest, sample.steady], because a step of the wall
// clock between stamp and sample must neither put a frame into the future nor make it an hour old.
Instant instant_of(Duration wall_stamp, const ClockSample& sample, Instant earliest);

}  // namespace portolan::os
