#include "os/names/resolver_times.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace portolan::os {
namespace {

constexpr std::string_view blanks = " \t\r";
// RES_MAXRETRANS and RES_MAXRETRY of glibc's <resolv.h>.
constexpr int longest_timeout = 30;
constexpr int most_attempts = 5;

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

// N of "key:N".
std::optional<int> number_of(std::string_view word, std::string_view key, int most) {
  if (!word.starts_with(key)) return std::nullopt;
  word.remove_prefix(key.size());
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc::result_out_of_range) return word.starts_with('-') ? 1 : most;
  if (error != std::errc{} || end == word.data()) return std::nullopt;
  return std::clamp(number, 1, most);
}

void read_options(std::string_view words, ResolverTimes& times) {
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
    if (const auto seconds = number_of(word, "timeout:", longest_timeout))
      times.timeout = std::chrono::seconds{*seconds};
    if (const auto attempts = number_of(word, "attempts:", most_attempts)) times.attempts = attempts;
  }
}

}  // namespace

ResolverTimes resolver_times(std::string_view resolv_conf, std::string_view res_options) {
  ResolverTimes times;
  while (!resolv_conf.empty()) {
    std::string_view line = resolv_conf.substr(0, resolv_conf.find('\n'));
    resolv_conf.remove_prefix(std::min(line.size() + 1, resolv_conf.size()));
    // As glibc reads it: the keyword begins its line.
    if (line.starts_with("options") && take_word(line) == "options") read_options(line, times);
  }
  read_options(res_options, times);
  return times;
}

}  // namespace portolan::os
