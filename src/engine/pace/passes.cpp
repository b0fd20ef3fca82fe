#include "engine/pace/passes.h"

#include <algorithm>
#include <cmath>

namespace portolan::engine {
namespace {

// Late answers beyond what loss explains: three times as many, and this many more.
constexpr double more_than_chance = 4;
// Share of a walk that is taken for lost where it ran into a limit: such a walk asks nobody, so it counts for as little
// as nothing.
constexpr double lost_on_a_limit = 0.95;
// Expected, so that chance is told by a normal distribution.
constexpr double many = 100;
// What comes up so seldom is not taken for chance.
constexpr double no_chance = 0.03;

// Whether so many of the late answers are those of open ports that loss, which takes them as they come, does not do
// that.
bool open_come_late(const PassResult& r) {
  if (r.passes < 2 || r.open == 0) return false;
  const double open = r.open_before + r.open;
  const double answers = r.answered_before + r.answered;
  return chance_of(r.open, r.answered * open / answers) < no_chance;
}

}  // namespace

double chance_of(std::uint32_t count, double mean) {
  // Of many it is a normal distribution, and exp(-mean) would be no number any more.
  if (mean > many) return 0.5 * std::erfc((count - 0.5 - mean) / std::sqrt(2 * mean));
  double fewer = 0;
  double term = std::exp(-mean);
  for (std::uint32_t i = 0; i < count; ++i) {
    fewer += term;
    term *= mean / (i + 1);
  }
  return std::max(0.0, 1 - fewer);
}

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
  decision.open_are_late = open_come_late(r);
  if (decision.open_are_late) hidden_before = std::max(hidden_before, 1.0 * r.open / (r.open_before + r.open));
  const bool on_limit = r.lost_on_limit || decision.open_are_late;
  const double loss = on_limit ? std::max(lost_on_a_limit, r.loss) : r.loss;
  decision.hidden = std::max(hidden_before * loss, std::pow(r.usual_loss, r.passes));
  if (r.asked == r.answered || r.passes > limits.max_retries) return decision;
  // One silent attempt is never a verdict, and a walk that still found something is followed by another.
  const bool again =
      r.passes == 1 || r.answered > 0 ||
      expected_missed(std::max(before + late, r.usual_answers), decision.hidden) > limits.acceptable_misses;
  if (again) decision.next = PassDecision::Next::again;
  return decision;
}

}  // namespace portolan::engine
