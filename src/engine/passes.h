// After a walk over a host's unanswered probes: is another one worth it? A pure judgement.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace portolan::engine {

struct PassResult {
  int passes = 0;                     // walks finished, this one included; at least 1
  std::uint32_t answered_before = 0;  // probes answered in earlier walks
  std::uint32_t answered_last = 0;    // of those, in the walk before this one
  std::uint32_t asked = 0;            // in this walk
  std::uint32_t answered = 0;         // of those
  Duration duration{};                // from the first probe to the end of the wait for answers
  bool limited = false;               // the host was already being asked at its limiter's pace
};

struct PassLimits {
  int max_retries = 10;
  double loss = 0;                  // share of round trips lost, 0 to 1
  double acceptable_misses = 0.01;  // of this host's answering ports, on average
  Duration patience{};              // longest that a rate limiter is waited for
};

struct PassDecision {
  enum class Next : std::uint8_t { stop, again, again_spaced };
  Next next = Next::stop;
  Duration gap{};               // again_spaced: between two probes to this host
  bool limiter_seen = false;    // the host limits its answers; where `next` is stop, too slowly to wait for
  double answers_a_second = 0;  // limiter_seen: about how many it gives
};

PassDecision after_pass(const PassResult& result, const PassLimits& limits);

// Of hosts and ports that answer, how many are expected to have stayed silent by loss alone, after
// `passes` attempts each: answered * p^k / (1 - p^k).
double expected_missed(double answered, double loss, int passes);

}  // namespace portolan::engine
