#include "explain/plan.h"

#include <string>

#include "probe/plan_techniques.h"

namespace portolan::explain {

Result<plan::Plan> plan_of(const Question& question, bool privileged) {
  plan::Plan plan;
  const auto added = plan.targets.add(net::to_string(question.target), {}, {}, {});
  if (!added) return fail(added.error());
  plan.privileged = privileged;
  plan.names = plan::NameLookup::never;
  if (question.port) {
    net::PortSet ports;
    ports.insert(*question.port);
    plan.techniques = {{std::string{question.probe->name}, ports}};
    return plan;
  }
  plan.depth = plan::ScanDepth::ping;
  plan.discovery = plan::DiscoveryPolicy::always;
  if (question.probe == nullptr) {
    plan.discovery_probes = probe::usual_discovery(privileged);
  } else if (question.probe->asks != probe::Asks::links) {
    // A neighbour's answer to ARP would settle it, and nothing would be asked in the way that is to be seen.
    plan.arp_ping = false;
    const std::string name{question.probe->name};
    for (const net::Port port : question.ping) plan.discovery_probes.push_back({name, port});
    if (question.ping.empty()) plan.discovery_probes = {{name, {}}};
  }
  return plan;
}

}  // namespace portolan::explain
