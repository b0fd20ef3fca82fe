#include "engine/pace/passes.h"

#include <algorithm>
#include <cmath>

namespace portolan::engine {
namespace {

// Late answers beyond what loss explains: three times as many, and this many more.
constexpr double more_than_chance = 4;

}  // namespace

double expected_missed(double answered, double hidden) {
  const double unlucky = std::clamp(hidden, 0.0, 0.99);
  return answered * unlucky / (1 - unlucky);
}

bool unexplained(double late, double explained) { return late > 3 * explained + more_than_chance; }

PassDecision after_pass(const PassResult& r, const PassLimits& limits) {
  PassDecision decision;
  const double before = r.answered_before;
  const double late = r.answered;
  double hidden_before = r.hidden_before;
  if (r.passes > 1 && unexplained(late, expected_missed(before, hidden_before) * (1 - r.loss))) {
    // What has now come had been silent before, so much more was hidden than was thought.
    hidden_before = std::max(hidden_before, late / (before + late));
    if (!r.limited && r.answered <= r.asked / 2) decision.limit = late / std::max(seconds_of(r.duration), 1e-3);
  }
  decision.hidden = std::max(hidden_before * r.loss, std::pow(r.usual_loss, r.passes));
  if (r.asked == r.answered || r.passes > limits.max_retries) return decision;
  // One silent attempt is never a verdict, and a walk that still found something is followed by another.
  const bool again =
      r.passes == 1 || r.answered > 0 ||
      expected_missed(std::max(before + late, r.usual_answers), decision.hidden) > limits.acceptable_misses;
  if (again) decision.next = PassDecision::Next::again;
  return decision;
}

}  // namespace portolan::engine
