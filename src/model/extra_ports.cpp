#include "model/extra_ports.h"

#include <algorithm>
#include <functional>

namespace portolan::model {

void count(std::vector<ExtraPorts>& extra, PortState state, Reason reason, net::Protocol protocol, net::Port port) {
  auto of_state = std::ranges::find(extra, state, &ExtraPorts::state);
  if (of_state == extra.end()) of_state = extra.insert(extra.end(), {.state = state, .reasons = {}});
  ++of_state->count;
  auto& reasons = of_state->reasons;
  auto of_reason = std::ranges::find_if(
      reasons, [&](const ReasonCount& known) { return known.reason == reason && known.protocol == protocol; });
  if (of_reason == reasons.end()) {
    of_reason = reasons.insert(reasons.end(), {.reason = reason, .protocol = protocol, .ports = {}});
  }
  ++of_reason->count;
  of_reason->ports.insert(port);
}

void sort_by_count(std::vector<ExtraPorts>& extra) {
  for (ExtraPorts& of_state : extra) std::ranges::stable_sort(of_state.reasons, std::greater{}, &ReasonCount::count);
  std::ranges::stable_sort(extra, std::greater{}, &ExtraPorts::count);
}

}  // namespace portolan::model
