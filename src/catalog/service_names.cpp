#include "catalog/service_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "base/suggest.h"
#include "base/text.h"

namespace portolan::catalog {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 22> everyday{{
    {"dhcp", "bootps"},        {"dns", "domain"},         {"dot", "domain-s"},
    {"ike", "isakmp"},         {"ircs", "ircs-u"},        {"jetdirect", "pdl-datastream"},
    {"memcached", "memcache"}, {"mongo", "mongodb"},      {"mqtts", "secure-mqtt"},
    {"mssql", "ms-sql-s"},     {"portmap", "sunrpc"},     {"postgres", "postgresql"},
    {"rdp", "ms-wbt-server"},  {"rexec", "exec"},         {"rlogin", "login"},
    {"rpcbind", "sunrpc"},     {"rsh", "shell"},          {"smb", "microsoft-ds"},
    {"smtps", "submissions"},  {"snmp-trap", "snmptrap"}, {"vnc", "rfb"},
    {"whois", "nicname"},
}};

}  // namespace

std::string_view registered_name_of(std::string_view name) {
  const auto* found = std::ranges::find(everyday, name, &decltype(everyday)::value_type::first);
  return found == everyday.end() ? name : found->second;
}

std::vector<std::string_view> names_like(std::string_view name, const Services& services, std::size_t most) {
  // A third of the letters, at least one, wrong: more is another word, not a slip of the fingers.
  const std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> close;
  for (const std::string_view known : services.names()) {
    const std::size_t difference = std::max(known.size(), name.size()) - std::min(known.size(), name.size());
    if (difference > limit) continue;
    const std::size_t distance = edit_distance(name, known);
    if (distance <= limit) close.emplace_back(distance, known);
  }
  std::ranges::stable_sort(close, {}, &std::pair<std::size_t, std::string_view>::first);
  std::vector<std::string_view> names;
  for (const auto& [distance, known] : close) {
    if (names.size() < most && std::ranges::find(names, known) == names.end()) names.push_back(known);
  }
  return names;
}

Error unknown_service(std::string_view name, const Services& services) {
  constexpr std::size_t longest_shown = 64;
  const auto like = names_like(name.substr(0, longest_shown), services);
  const std::string shown = escape_terminal(name.substr(0, longest_shown));
  if (like.empty()) {
    return {Errc::parse,
            said("no service is registered as '{}'; give the port's number, or a wildcard such as http*", shown)};
  }
  return {Errc::parse, counted("no service is registered as '{1}'; the closest name is {2}",
                               "no service is registered as '{1}'; the closest names are {2}", like.size(), shown,
                               join(like, ", "))};
}

}  // namespace portolan::catalog
