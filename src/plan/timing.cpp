#include <algorithm>

#include "plan/plan.h"

namespace portolan::plan {
namespace {

// Time-outs, delays, -T5's retries and its host time-out are those that nmap documents for its
// templates, because scripts and habits depend on them. The others are portolan's. No port is asked more than six
// times unless the user says so, because firewalls that count attempts shut out who makes more (`ufw limit`); the
// blind rate is how fast to go while nothing answers, the patience how long to wait for a host that limits its answers.
Timing polite(int level, Duration rtt_timeout, Duration longest_rtt_timeout, Duration scan_delay) {
  Timing timing;
  timing.level = level;
  timing.initial_rtt_timeout = rtt_timeout;
  timing.max_rtt_timeout = longest_rtt_timeout;
  timing.scan_delay = scan_delay;
  timing.serial = true;
  timing.blind_rate = 1'000;
  return timing;
}

Timing aggressive() {
  Timing timing;
  timing.level = 4;
  timing.initial_rtt_timeout = 500ms;
  timing.max_rtt_timeout = 1250ms;
  timing.blind_rate = 150'000;
  timing.limiter_patience = 2min;
  return timing;
}

Timing insane() {
  Timing timing;
  timing.level = 5;
  timing.initial_rtt_timeout = 250ms;
  timing.min_rtt_timeout = 50ms;
  timing.max_rtt_timeout = 300ms;
  timing.max_retries = 2;
  timing.host_timeout = 15min;
  timing.blind_rate = 200'000;
  timing.limiter_patience = 15s;
  return timing;
}

}  // namespace

Timing timing_template(int level) {
  switch (std::clamp(level, 0, 5)) {
    case 0:
      return polite(0, 5min, 5min, 5min);
    case 1:
      return polite(1, 15s, 15s, 15s);
    case 2:
      return polite(2, 1s, 10s, 400ms);
    case 4:
      return aggressive();
    case 5:
      return insane();
    default:
      return Timing{};
  }
}

}  // namespace portolan::plan
