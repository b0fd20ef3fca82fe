// What is asked: one question, and the list of them that a stage puts to each of its hosts.
#pragma once

#include <cstdint>
#include <vector>

#include "net/port.h"
#include "probe/probe.h"

namespace portolan::engine {

struct Question {
  std::uint8_t technique = 0;  // index into Job::techniques
  std::uint8_t variant = 0;    // which of the technique's questions to this port (a payload, a hop limit)
  net::Port port;              // or IP protocol; 0 for techniques that ask hosts
  friend bool operator==(const Question&, const Question&) = default;
};

// What the hops on the way to a host are asked by: a question that the host has answered.
struct HopProbe {
  const probe::Probe* technique = nullptr;
  net::Port port;  // 0 for techniques that ask hosts
};

struct Job {
  enum class Goal : std::uint8_t {
    every_question,  // judge every question: a port scan
    first_sign,      // a host is done as soon as one answer proves that it is up: discovery
  };
  std::vector<const probe::Probe*> techniques;
  std::vector<Question> questions;  // put to every host; at most 2^24. Variants of one port stand side by side
  Goal goal = Goal::every_question;
  bool sequential = false;    // questions in the order given (-r)
  bool likely_first = false;  // the first pass is: those that are most likely to be answered come first
};

}  // namespace portolan::engine
