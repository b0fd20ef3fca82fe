// What would happen, without a network: one host of the simulator is asked by the engine that asks real ones.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "explain/story.h"

namespace portolan::explain {

// How the port, or the host, is to be.
enum class World : std::uint8_t {
  open,     // a program listens there; the host is there
  closed,   // none does
  silent,   // a filter drops the question; or nobody is at that address
  refuses,  // a filter says no
};

// The same question and world give the same story, to the last bit.
Result<Story> story_offline(const Question& question, World world);

}  // namespace portolan::explain
