#include "cli/scan/link_targets.h"

#include <fmt/core.h>

#include "base/escape.h"
#include "base/text.h"
#include "net/ip_address.h"
#include "plan/target_expression.h"

namespace portolan::cli {
namespace {

std::vector<std::string> links_of(const std::string& interface, const PlanSources& sources) {
  return interface.empty() ? sources.links() : std::vector{interface};
}

}  // namespace

Result<std::string> with_link(const std::string& expression, const std::string& interface, const PlanSources& sources) {
  const std::string host = expression.substr(0, expression.find('/'));
  const auto address = net::IpAddress::parse(host);
  const bool lacks_link = address && !address->is_v4() && address->is_link_local() && address->zone() == 0;
  if (!lacks_link) return expression;
  if (!plan::parse_target(expression, sources.zone_of)) return expression;  // no link would mend it
  const std::vector<std::string> links = links_of(interface, sources);
  const std::string rest = expression.substr(host.size());
  if (links.size() == 1) return fmt::format("{}%{}{}", host, links.front(), rest);
  if (links.empty()) return expression;
  std::string candidates;
  for (const std::string& link : links) {
    candidates += fmt::format("{}{}%{}{}", candidates.empty() ? "" : " or ", host, escape_terminal(link), rest);
  }
  return fail(Errc::usage,
              fmt::format("{} is an address on one link, and there are several; write {}", expression, candidates));
}

Result<std::vector<std::string>> neighbours_of_links(const std::string& interface, const PlanSources& sources) {
  const std::vector<std::string> links = links_of(interface, sources);
  if (links.empty()) {
    return fail(Errc::unreachable, "--discover-link: no link here has IPv6, so there are no neighbours to be asked");
  }
  const auto found = sources.neighbours(links);
  if (!found) {
    if (found.error().code != Errc::privilege) {
      return fail(found.error().code, fmt::format("--discover-link: {}", found.error().message));
    }
    return fail(
        Errc::privilege,
        "--discover-link pings all nodes of a link at once, which needs CAP_NET_RAW; run it as root, or name hosts");
  }
  if (found->empty()) {
    return fail(Errc::unreachable,
                fmt::format("--discover-link: nobody answers on {}", escape_terminal(join(links, ", "))));
  }
  std::vector<std::string> targets;
  for (const net::IpAddress& address : *found) targets.push_back(net::to_string(address));
  return targets;
}

}  // namespace portolan::cli
