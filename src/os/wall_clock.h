// The time of day: what reports state. It may be set back at any moment; what is measured uses MonotonicClock.
#pragma once

#include <chrono>
#include <ctime>

namespace portolan::os {

std::chrono::system_clock::time_point wall_time();
std::time_t wall_seconds();  // since 1970

// Local time, with the zone's name in tm_zone. Fits report::Calendar.
std::tm local_calendar(std::time_t seconds);

}  // namespace portolan::os
