#include "engine/pace/silence.h"

#include <algorithm>

namespace portolan::engine {
namespace {

constexpr int times_the_slowest = 4;

}  // namespace

Duration silence_after(const AnswersSoFar& answers, std::uint64_t enough, const SilenceBounds& bounds) {
  if (answers.count < enough) return bounds.usual;
  const Duration wanted = std::max(bounds.shortest, times_the_slowest * answers.slowest);
  return std::min(bounds.usual, wanted);
}

}  // namespace portolan::engine
