#include "probe/plan_techniques.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

#include "probe/registry.h"

namespace portolan::probe {

std::vector<const Probe*> techniques_of(const plan::Plan& plan) {
  std::vector<const Probe*> techniques;
  const auto add = [&techniques](const Probe* probe) {
    assert(probe != nullptr && "a plan has only names that are in the registry");
    if (std::ranges::find(techniques, probe) == techniques.end()) techniques.push_back(probe);
  };
  for (const plan::Technique& technique : plan.techniques) add(find(technique.name));
  for (const plan::DiscoveryProbe& question : plan.discovery_probes) add(find(question.technique));
  if (plan.traceroute) {
    // What hops are asked by where nothing else fits (engine/trace/hop_probe.h).
    add(&tcp_syn);
    add(&icmp_echo);
  }
  if (plan.systems || plan.firewall) add(&stack);
  if (plan.privileged) {
    for (const Probe* probe : registry) {
      if (probe->asks == Asks::links) add(probe);
    }
  }
  return techniques;
}

std::vector<plan::DiscoveryProbe> usual_discovery(bool privileged) {
  const auto ask = [](const Probe& probe, std::uint16_t port) {
    return plan::DiscoveryProbe{std::string{probe.name}, net::Port{port}};
  };
  if (!privileged) return {ask(tcp_connect, 80), ask(tcp_connect, 443)};
  return {ask(icmp_echo, 0), ask(tcp_syn, 443), ask(tcp_ack, 80), ask(icmp_timestamp, 0)};
}

}  // namespace portolan::probe
