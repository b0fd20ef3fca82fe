// Moments as text for machines.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::model {

using WallTime = std::chrono::system_clock::time_point;

// "2026-11-21T10:16:44.125Z" (RFC 3339), always UTC; nine digits where milliseconds do not say all. The years 1678 to
// 2261 are all that a WallTime holds.
std::string rfc3339_text(WallTime time);
// Reads what the above writes, with any number of digits up to nine, or none.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace portolan::model
