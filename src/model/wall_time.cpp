#include "model/wall_time.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace portolan::model {
namespace {

using std::chrono::nanoseconds;

// "2026-11-21T10:16:44", digit by digit.
constexpr std::string_view pattern = "dddd-dd-ddTdd:dd:dd";

bool fits_pattern(std::string_view text) {
  const auto fits = [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; };
  return text.size() == pattern.size() && std::ranges::equal(text, pattern, fits);
}

unsigned number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// What stands behind the whole seconds: "Z", ".125Z".
std::optional<nanoseconds> fraction_of(std::string_view text) {
  if (text == "Z") return nanoseconds{};
  if (!text.starts_with('.') || !text.ends_with('Z')) return std::nullopt;
  std::string digits{text.substr(1, text.size() - 2)};
  constexpr std::size_t most = 9;
  if (digits.empty() || digits.size() > most) return std::nullopt;
  digits.resize(most, '0');
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + most, value);
  if (error != std::errc{} || end != digits.data() + most) return std::nullopt;
  return nanoseconds{value};
}

}  // namespace

std::string rfc3339_text(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::duration_cast<nanoseconds>(time - day)};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  constexpr std::int64_t millisecond = 1'000'000;
  const std::int64_t fraction = clock.subseconds().count();
  if (fraction % millisecond == 0) return text + fmt::format("{:03}Z", fraction / millisecond);
  return text + fmt::format("{:09}Z", fraction);
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  const std::string_view whole = text.substr(0, pattern.size());
  if (!fits_pattern(whole)) return std::nullopt;
  const unsigned year = number(whole.substr(0, 4));
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{number(whole.substr(5, 2))},
                                         std::chrono::day{number(whole.substr(8, 2))}};
  const unsigned hour = number(whole.substr(11, 2));
  const unsigned minute = number(whole.substr(14, 2));
  const unsigned second = number(whole.substr(17, 2));
  const auto fraction = fraction_of(text.substr(pattern.size()));
  constexpr unsigned first_year = 1678;  // those whose nanoseconds fit
  constexpr unsigned last_year = 2261;
  const bool fits = year >= first_year && year <= last_year && hour < 24 && minute < 60 && second < 60;
  if (!fits || !date.ok() || !fraction) return std::nullopt;
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + *fraction;
}

}  // namespace portolan::model
