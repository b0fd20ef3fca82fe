#include "engine/passes.h"

#include <algorithm>
#include <cmath>

namespace portolan::engine {
namespace {

// Fewer late answers than this say nothing about a rate limiter.
constexpr std::uint32_t telling_answers = 8;

// Loss p leaves a share p of the answering ports to each next walk, so late answers dwindle fast; a
// limiter gives about as many in every walk, with most of it still unanswered.
bool looks_limited(const PassResult& r, double loss) {
  // Asked at its own pace a limiter answers most; a quarter at least, so that the walks together last
  // no longer than four times the patience.
  if (r.limited) return 4 * std::uint64_t{r.answered} >= r.asked;
  if (r.passes < 2 || r.answered < telling_answers || r.answered > r.asked / 2) return false;
  const double explained = static_cast<double>(r.answered_before) * std::pow(loss, r.passes - 1);
  const bool dwindles = r.passes < 3 || 2 * r.answered < r.answered_last;
  return r.answered > 3 * explained || !dwindles;
}

// A little slower than it answered, so that the limiter's bucket is never empty.
PassDecision spaced(const PassResult& r) {
  const double rate = r.answered / std::max(seconds_of(r.duration), 1e-3);
  return {.next = PassDecision::Next::again_spaced,
          .gap = duration_of(1.1 / rate),
          .limiter_seen = true,
          .answers_a_second = rate};
}

PassDecision ordinary(const PassResult& r, const PassLimits& limits) {
  const auto again = PassDecision{.next = PassDecision::Next::again};
  if (r.passes > limits.max_retries) return {};
  // One silent attempt is never a verdict, and a walk that still found something is followed by another.
  if (r.passes == 1 || (r.answered > 0 && !r.limited)) return again;
  const double answered = r.answered_before + r.answered;
  return expected_missed(answered, limits.loss, r.passes) > limits.acceptable_misses ? again : PassDecision{};
}

}  // namespace

double expected_missed(double answered, double loss, int passes) {
  const double unlucky = std::pow(std::clamp(loss, 0.0, 0.99), passes);
  return answered * unlucky / (1 - unlucky);
}

PassDecision after_pass(const PassResult& r, const PassLimits& limits) {
  if (r.asked == r.answered || limits.max_retries == 0) return {};
  if (!looks_limited(r, limits.loss)) return ordinary(r, limits);
  // The walks that a limiter costs do not count as retries: each brings new answers.
  PassDecision decision = spaced(r);
  if (decision.gap * std::int64_t{r.asked - r.answered} <= limits.patience) return decision;
  // Too slow to wait for. What the limiter does not touch (mostly: open ports) follows the ordinary rule
  // for loss, but late answers are no reason to go on.
  PassResult unlimited = r;
  unlimited.limited = true;
  // Loss probes to closed ports meet the limiter too, so what they say of loss is not all believed.
  PassLimits path = limits;
  path.loss = std::min(path.loss, 0.3);
  decision.next = ordinary(unlimited, path).next;
  return decision;
}

}  // namespace portolan::engine
