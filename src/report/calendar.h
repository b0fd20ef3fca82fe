// Moments and spans as text. The zone comes from the caller, so that a test names its own.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "base/time.h"
#include "model/record.h"

namespace portolan::report {

// Turns seconds since 1970 into a calendar, with the zone's name in tm_zone: local time in production.
using Calendar = std::tm (*)(std::time_t);
std::tm utc_calendar(std::time_t seconds);

// Seconds since 1970, rounded down.
std::int64_t unix_seconds(model::WallTime time);
// "Sat Nov 21 10:16:44 2026"
std::string date_text(model::WallTime time, Calendar calendar);
// "2026-11-21 10:16 UTC"
std::string minute_text(model::WallTime time, Calendar calendar);
// "2026-11-21 10:16:44 UTC"
std::string second_text(model::WallTime time, Calendar calendar);
// "10:16"
std::string clock_text(model::WallTime time, Calendar calendar);
// "0:00:01", "26:03:00": hours, minutes, seconds, rounded down; "0:00:00" for what is negative.
std::string span_text(Duration span);

}  // namespace portolan::report
