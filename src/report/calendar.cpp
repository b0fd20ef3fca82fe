#include "report/calendar.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace portolan::report {
namespace {

// Never localised: these words are part of formats that programs read.
constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm calendar_of(model::WallTime time, Calendar calendar) {
  return calendar(static_cast<std::time_t>(unix_seconds(time)));
}

template <std::size_t N>
std::string_view name_at(const std::array<std::string_view, N>& names, int index) {
  return names[static_cast<std::size_t>(index) % N];
}

std::string_view zone_of(const std::tm& tm) { return tm.tm_zone == nullptr ? std::string_view{} : tm.tm_zone; }

}  // namespace

std::tm utc_calendar(std::time_t seconds) {
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  tm.tm_zone = "UTC";  // glibc says "GMT", nmap and date(1) under TZ=UTC do not
  return tm;
}

std::int64_t unix_seconds(model::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string date_text(model::WallTime time, Calendar calendar) {
  const std::tm tm = calendar_of(time, calendar);
  return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", name_at(day_names, tm.tm_wday), name_at(month_names, tm.tm_mon),
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

std::string minute_text(model::WallTime time, Calendar calendar) {
  const std::tm tm = calendar_of(time, calendar);
  return fmt::format("{}-{:02}-{:02} {:02}:{:02} {}", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                     tm.tm_min, zone_of(tm));
}

std::string second_text(model::WallTime time, Calendar calendar) {
  const std::tm tm = calendar_of(time, calendar);
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02} {}", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                     tm.tm_min, tm.tm_sec, zone_of(tm));
}

std::string clock_text(model::WallTime time, Calendar calendar) {
  const std::tm tm = calendar_of(time, calendar);
  return fmt::format("{:02}:{:02}", tm.tm_hour, tm.tm_min);
}

std::string span_text(Duration span) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(span).count());
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace portolan::report
