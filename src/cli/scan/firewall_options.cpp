#include "cli/scan/firewall_options.h"

#include <fmt/core.h>

#include "cli/option_actions.h"

namespace portolan::cli {

std::vector<Option<ScanOptions>> firewall_rows(std::string_view group) {
  return {
      {{.spellings = {"--firewall"},
        .group = group,
        .summary = "tell what filters the packets to a host, and where, by some forty more to a sample of its ports; "
                   "needs CAP_NET_RAW"},
       set<&ScanOptions::firewall>},
  };
}

Result<void> plan_firewall(const ScanOptions& options, plan::Plan& plan) {
  if (!options.firewall && !options.everything) return {};
  if (plan.depth != plan::ScanDepth::ports) {
    if (!options.firewall) return {};
    return fail(Errc::usage, fmt::format("--firewall asks ports, so it cannot go with {}",
                                         options.list_only ? "-sL" : options.ping_only_by));
  }
  plan.firewall = plan.privileged || options.firewall;
  return {};
}

}  // namespace portolan::cli
