// The plan of a scan that asks what one question asks.
#pragma once

#include "base/result.h"
#include "explain/story.h"
#include "plan/plan.h"

namespace portolan::explain {

// `privileged`: raw packets may be sent. A question about a port has a technique that asks ports.
Result<plan::Plan> plan_of(const Question& question, bool privileged);

}  // namespace portolan::explain
