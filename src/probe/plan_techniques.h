// Which techniques a plan needs.
#pragma once

#include <vector>

#include "plan/plan.h"
#include "probe/probe.h"

namespace portolan::probe {

// All that a scan of the plan may ask, each once: those that it names, and where raw packets may be sent, those that
// find hosts on a link. Its names stand in the registry.
std::vector<const Probe*> techniques_of(const plan::Plan& plan);

}  // namespace portolan::probe
