// Round-trip time of one host, and how long to wait for it (RFC 6298).
#pragma once

#include "base/time.h"

namespace portolan::engine {

struct TimeoutBounds {
  Duration initial;
  Duration least;
  Duration most;
};

class RoundTripEstimate {
 public:
  // `sample` of an attempt that was certainly the one answered (Karn's rule is the caller's).
  void add(Duration sample);
  [[nodiscard]] bool known() const { return known_; }
  [[nodiscard]] Duration smoothed() const { return smoothed_; }
  [[nodiscard]] Duration variation() const { return variation_; }
  // SRTT + 4 RTTVAR within the bounds; the initial value while nothing is known.
  [[nodiscard]] Duration timeout(const TimeoutBounds& bounds) const;

 private:
  Duration smoothed_{};
  Duration variation_{};
  bool known_ = false;
};

}  // namespace portolan::engine
