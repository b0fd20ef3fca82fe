// After a walk over a host's unanswered probes: is another one worth it? A pure judgement.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace portolan::engine {

struct PassResult {
  int passes = 0;                     // walks finished, this one included; at least 1
  std::uint32_t answered_before = 0;  // probes answered in earlier walks
  std::uint32_t asked = 0;            // in this walk
  std::uint32_t answered = 0;         // of those
  std::uint32_t open_before = 0;      // ports among `answered_before` that are open
  std::uint32_t open = 0;             // the same among `answered`
  Duration duration{};                // from the first probe to the end of the wait for answers
  double hidden_before = 1;           // the chance that a port which answers was silent in all earlier walks
  double loss = 0;                    // share of round trips lost in this walk
  double usual_loss = 0;              // in all walks of this host, where little is known of each
  double usual_answers = 0;           // of a host of this scan
  bool limited = false;               // the host is already asked at a pace of its own
  bool lost_on_limit = false;         // most of this walk ran into a limit
};

struct PassLimits {
  int max_retries = 10;
  double acceptable_misses = 0.01;  // of this host's answering ports, on average
};

struct PassDecision {
  enum class Next : std::uint8_t { stop, again };
  Next next = Next::stop;
  // The chance that a port which answers has been silent in all walks so far.
  double hidden = 1;
  // More answers came late than loss explains: the host limits them. About as many a second as this; 0 where nothing
  // says so.
  double limit = 0;
  // Open ports answered late where others did not: something limits the open ones alone (a full backlog, a rule about
  // them), which the answers of closed ports do not show.
  bool open_are_late = false;
};

PassDecision after_pass(const PassResult& result, const PassLimits& limits);

// The chance that so many or more come up where `mean` are expected (Poisson).
double chance_of(std::uint32_t count, double mean);

// Whether more answers came late than loss explains.
bool unexplained(double late, double explained);

// Of hosts and ports that answer, how many are expected to have stayed silent where `answered` did not:
// answered * hidden / (1 - hidden).
double expected_missed(double answered, double hidden);

}  // namespace portolan::engine
