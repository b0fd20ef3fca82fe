// How long after a question its silence is waited for, where answers have shown how long they take. A pure judgement.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace portolan::engine {

struct AnswersSoFar {
  std::uint64_t count = 0;  // of those that are alike: neighbours on one link, resets of one host
  Duration slowest{};       // of them
};

struct SilenceBounds {
  Duration usual;     // where nothing is known
  Duration shortest;  // whatever is known
};

// Alike answers that leave no doubt about how long such an answer takes.
inline constexpr std::uint64_t enough_neighbours = 32;
inline constexpr std::uint64_t enough_resets = 1'000;
// Radios that sleep hear what is sent to all after 100 ms, some after 300 (a beacon's interval, and three of them).
inline constexpr Duration shortest_on_link = std::chrono::milliseconds{400};

// So many questions fit into it where it is told by such answers: where few answer, two leave more in doubt than may be
// missed.
inline constexpr int questions_in_silence = 3;

// Within the bounds, and several times as long as the slowest answer took.
Duration silence_after(const AnswersSoFar& answers, std::uint64_t enough, const SilenceBounds& bounds);

}  // namespace portolan::engine
