// Arguments of options to values. Pure; every error is one sentence that quotes what was given.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace portolan::cli {

// A time as nmap writes it: a number, then nothing or s (seconds), ms, m (minutes) or h (hours), in
// either case. Not negative, at most 366 days.
Result<Duration> parse_duration(std::string_view option, std::string_view text);

// A number from a millionth to a thousand million, fractions allowed.
Result<double> parse_rate(std::string_view option, std::string_view text);

// A whole number from `least` to `most`.
Result<std::uint64_t> parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                                  std::uint64_t most);

// As C's atoi() reads it, and with it nmap: blanks, a sign and digits, and whatever stands behind is not looked at; 0
// where no digit comes. Bounded where it is out of bounds.
std::int64_t leading_number(std::string_view text);

// -T: 0 to 5, or the names from paranoid to insane in any case.
Result<int> parse_timing_level(std::string_view option, std::string_view text);

// File names may hold the time, as nmap's may: %H %M %S %m %d %y %Y, %T = %H%M%S, %R = %H%M,
// %D = %m%d%y; any other character behind a % stands for itself.
std::string expand_time(std::string_view name, const std::tm& time);

}  // namespace portolan::cli
