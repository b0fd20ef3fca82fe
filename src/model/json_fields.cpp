#include "model/json_fields.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace portolan::model {
namespace {

constexpr std::size_t fraction_digits = 9;
constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

// "12.0345" without sign and exponent, exactly; nullopt for other notations.
std::optional<Duration> parse_decimal(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits{text.substr(point == text.size() ? point : point + 1)};
  if (digits.size() > fraction_digits) return std::nullopt;
  digits.resize(fraction_digits, '0');
  digits.insert(0, text.substr(0, point));
  std::int64_t count = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, count);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return Duration{count};
}

}  // namespace

std::string seconds_text(Duration duration) {
  const std::int64_t count = duration.count();
  const std::int64_t whole = count / nanoseconds_a_second;
  std::string text = count < 0 ? "-" : "";
  text += std::to_string(whole < 0 ? -whole : whole);
  std::string fraction = std::to_string(std::abs(count % nanoseconds_a_second));
  fraction.insert(0, fraction_digits - fraction.size(), '0');
  while (fraction.ends_with('0')) fraction.pop_back();
  if (!fraction.empty()) text += '.' + fraction;
  return text;
}

std::optional<Duration> parse_seconds(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (const auto exact = parse_decimal(text.substr(negative ? 1 : 0))) return negative ? -*exact : *exact;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr double most = 9e9;
  if (error != std::errc{} || end != text.data() + text.size() || !(std::fabs(seconds) < most)) return std::nullopt;
  return Duration{std::llround(seconds * static_cast<double>(nanoseconds_a_second))};
}

// nmap has one name for some pairs; a record that is read back must not lose which of them it was.
template <>
std::string_view word_of(Reason reason) {
  if (reason == Reason::addr_unreach) return "addr-unreach";
  if (reason == Reason::policy_failed) return "policy-failed";
  return name_of(reason);
}

std::string_view name_of(HostName::Kind kind) { return kind == HostName::Kind::user ? "user" : "ptr"; }

std::string_view name_of(ScanDepth depth) {
  switch (depth) {
    case ScanDepth::list:
      return "list";
    case ScanDepth::ping:
      return "ping";
    case ScanDepth::ports:
      return "ports";
  }
  return "ports";
}

}  // namespace portolan::model
