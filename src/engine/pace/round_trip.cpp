#include "engine/pace/round_trip.h"

#include <algorithm>
#include <chrono>

namespace portolan::engine {

void RoundTripEstimate::add(Duration sample) {
  if (!known_) {
    smoothed_ = sample;
    variation_ = sample / 2;
    known_ = true;
    return;
  }
  // RFC 6298 §2.3: beta 1/4, alpha 1/8, variation before mean.
  const Duration error = std::chrono::abs(smoothed_ - sample);
  variation_ += (error - variation_) / 4;
  smoothed_ += (sample - smoothed_) / 8;
}

Duration RoundTripEstimate::timeout(const TimeoutBounds& bounds) const {
  const Duration wanted = known_ ? smoothed_ + 4 * variation_ : bounds.initial;
  return std::clamp(wanted, bounds.least, std::max(bounds.least, bounds.most));
}

}  // namespace portolan::engine
