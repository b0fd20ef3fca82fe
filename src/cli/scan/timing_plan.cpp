#include "cli/scan/timing_plan.h"

#include <fmt/core.h>

#include <algorithm>

namespace portolan::cli {
namespace {

// What is given stands; what is not gives way, so that the least is never above the first wait
// nor that above the longest.
Result<void> bound_round_trips(const ScanOptions& options, bool as_nmap, plan::Timing& timing) {
  Duration& least = timing.min_rtt_timeout;
  Duration& first = timing.initial_rtt_timeout;
  Duration& longest = timing.max_rtt_timeout;
  least = options.min_rtt_timeout.value_or(least);
  first = options.initial_rtt_timeout.value_or(first);
  longest = options.max_rtt_timeout.value_or(longest);
  if (!options.min_rtt_timeout) {
    if (options.initial_rtt_timeout) least = std::min(least, first);
    if (options.max_rtt_timeout) least = std::min(least, longest);
  }
  if (!options.max_rtt_timeout) {
    if (options.initial_rtt_timeout) longest = std::max(longest, first);
    if (options.min_rtt_timeout) longest = std::max(longest, least);
  }
  const bool fits = least <= longest && (!options.initial_rtt_timeout || (least <= first && first <= longest));
  if (!fits && !as_nmap) {
    return fail(Errc::usage,
                "the round-trip bounds contradict each other; --min-rtt-timeout must not be above "
                "--initial-rtt-timeout, nor that above --max-rtt-timeout");
  }
  longest = std::max(longest, least);
  first = std::clamp(first, least, longest);
  return {};
}

}  // namespace

Result<plan::Timing> timing_of(const ScanOptions& options, bool as_nmap) {
  plan::Timing timing = plan::timing_template(options.timing_level.value_or(3));
  timing.ask_no_errors = options.ask_no_errors;
  if (options.ask_without_patience) timing.limiter_patience = Duration::zero();
  if (options.max_retries) timing.max_retries = static_cast<int>(*options.max_retries);
  if (options.host_timeout) {
    // As nmap: 0 takes the template's bound away.
    timing.host_timeout = *options.host_timeout > Duration{} ? options.host_timeout : std::nullopt;
  }
  if (options.scan_delay) timing.scan_delay = *options.scan_delay;
  timing.min_rate = options.min_rate;
  timing.max_rate = options.max_rate;
  if (timing.min_rate && timing.max_rate && *timing.min_rate > *timing.max_rate) {
    return fail(Errc::usage, fmt::format("--min-rate {} is above --max-rate {}", *timing.min_rate, *timing.max_rate));
  }
  if (const auto done = bound_round_trips(options, as_nmap, timing); !done) return fail(done.error());
  return timing;
}

}  // namespace portolan::cli
