#include "cli/values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/escape.h"
#include "base/message.h"

namespace portolan::cli {
namespace {

// A decimal number at the beginning of `text`; advances it. No sign, no inf, no nan.
bool take_number(std::string_view& text, double& value) {
  if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9'))) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

Result<Duration> parse_duration(std::string_view option, std::string_view text) {
  struct Unit {
    std::string_view suffix;
    double seconds;
  };
  constexpr std::array units{Unit{"", 1}, Unit{"s", 1}, Unit{"ms", 1e-3}, Unit{"m", 60}, Unit{"h", 3600}};
  constexpr double most = 366.0 * 86400;  // beyond any scan, and far from overflowing
  std::string_view rest = text;
  double value = 0;
  if (take_number(rest, value)) {
    const auto* const unit = std::ranges::find(units, lower(rest), &Unit::suffix);
    if (unit != units.end()) {
      if (value * unit->seconds <= most) return duration_of(value * unit->seconds);
      return fail(Errc::usage,
                  said("{0}: '{1}' is too long; the most is 366 days (8784h)", option, escape_terminal(text)));
    }
  }
  return fail(Errc::usage, said("{0}: '{1}' is no time; write seconds, or a number with ms, s, m or h (500ms, 30m)",
                                option, escape_terminal(text)));
}

Result<double> parse_rate(std::string_view option, std::string_view text) {
  std::string_view rest = text;
  double value = 0;
  if (take_number(rest, value) && rest.empty() && value > 0) {
    // Outside of these the time between two packets is no longer one that can be waited for.
    if (value >= 1e-6 && value <= 1e9) return value;
    const std::string shown = escape_terminal(text);
    return fail(
        Errc::usage,
        value < 1
            ? said("{0}: '{1}' is too low; rates are from 0.000001 to 1000000000 packets a second", option, shown)
            : said("{0}: '{1}' is too high; rates are from 0.000001 to 1000000000 packets a second", option, shown));
  }
  return fail(Errc::usage,
              said("{0}: '{1}' is no rate; write a number of packets a second above 0", option, escape_terminal(text)));
}

Result<std::uint64_t> parse_count(std::string_view option, std::string_view text, std::uint64_t least,
                                  std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
  const std::string shown = escape_terminal(text);
  return fail(Errc::usage, most == UINT64_MAX
                               ? said("{0}: '{1}' is not a whole number from {2} up", option, shown, least)
                               : said("{0}: '{1}' is not a whole number from {2} to {3}", option, shown, least, most));
}

std::int64_t leading_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) value = std::numeric_limits<std::int64_t>::max();
  return negative ? -value : value;
}

Result<int> parse_timing_level(std::string_view option, std::string_view text) {
  constexpr std::array<std::string_view, 6> names{"paranoid", "sneaky", "polite", "normal", "aggressive", "insane"};
  const std::string word = lower(text);
  if (word.size() == 1 && word[0] >= '0' && word[0] <= '5') return word[0] - '0';
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (word == names[i]) return static_cast<int>(i);
  }
  return fail(Errc::usage,
              said("{0}: '{1}' is no timing; write 0 to 5, or paranoid, sneaky, polite, normal, aggressive or insane",
                   option, escape_terminal(text)));
}

std::string expand_time(std::string_view name, const std::tm& time) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '%' || i + 1 == name.size()) {
      result += name[i];
      continue;
    }
    const int year = time.tm_year + 1900;
    switch (name[++i]) {
      case 'H':
        result += fmt::format("{:02}", time.tm_hour);
        break;
      case 'M':
        result += fmt::format("{:02}", time.tm_min);
        break;
      case 'S':
        result += fmt::format("{:02}", time.tm_sec);
        break;
      case 'T':
        result += fmt::format("{:02}{:02}{:02}", time.tm_hour, time.tm_min, time.tm_sec);
        break;
      case 'R':
        result += fmt::format("{:02}{:02}", time.tm_hour, time.tm_min);
        break;
      case 'm':
        result += fmt::format("{:02}", time.tm_mon + 1);
        break;
      case 'd':
        result += fmt::format("{:02}", time.tm_mday);
        break;
      case 'y':
        result += fmt::format("{:02}", year % 100);
        break;
      case 'Y':
        result += fmt::format("{}", year);
        break;
      case 'D':
        result += fmt::format("{:02}{:02}{:02}", time.tm_mon + 1, time.tm_mday, year % 100);
        break;
      default:
        result += name[i];
    }
  }
  return result;
}

}  // namespace portolan::cli
