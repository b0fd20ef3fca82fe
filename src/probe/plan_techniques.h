// Which techniques a plan needs, and which are usual.
#pragma once

#include <vector>

#include "plan/plan.h"
#include "probe/probe.h"

namespace portolan::probe {

// All that a scan of the plan may ask, each once: those that it names, and where raw packets may be sent, those that
// find hosts on a link. Its names stand in the registry.
std::vector<const Probe*> techniques_of(const plan::Plan& plan);

// How hosts are found where nobody says how, nmap's defaults: between them they get through most filters. `privileged`:
// raw packets may be sent.
std::vector<plan::DiscoveryProbe> usual_discovery(bool privileged);

}  // namespace portolan::probe
