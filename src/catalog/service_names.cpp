#include "catalog/service_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "base/suggest.h"
#include "base/text.h"

namespace portolan::catalog {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 25> everyday{{
    {"dhcp", "bootps"},
    {"dns", "domain"},
    {"dot", "domain-s"},
    {"ike", "isakmp"},
    {"ircs", "ircs-u"},
    {"jetdirect", "pdl-datastream"},
    {"kerberos-sec", "kerberos"},
    {"ldapssl", "ldaps"},
    {"msrpc", "epmap"},
    {"memcached", "memcache"},
    {"mongo", "mongodb"},
    {"mqtts", "secure-mqtt"},
    {"mssql", "ms-sql-s"},
    {"portmap", "sunrpc"},
    {"postgres", "postgresql"},
    {"rdp", "ms-wbt-server"},
    {"rexec", "exec"},
    {"rlogin", "login"},
    {"rpcbind", "sunrpc"},
    {"rsh", "shell"},
    {"smb", "microsoft-ds"},
    {"smtps", "submissions"},
    {"snmp-trap", "snmptrap"},
    {"vnc", "rfb"},
    {"whois", "nicname"},
}};

struct Customary {
  std::uint16_t port;
  enum Of : std::uint8_t { tcp, udp, both } of;
  std::string_view name;
};
// In the order of their ports.
constexpr std::array<Customary, 37> customary{{
    {67, Customary::udp, "dhcps"},
    {68, Customary::udp, "dhcpc"},
    {88, Customary::both, "kerberos-sec"},
    {111, Customary::both, "rpcbind"},
    {135, Customary::both, "msrpc"},
    {464, Customary::both, "kpasswd5"},
    {465, Customary::tcp, "smtps"},
    {548, Customary::tcp, "afp"},
    {636, Customary::tcp, "ldapssl"},
    {1521, Customary::tcp, "oracle"},
    {1720, Customary::tcp, "h323q931"},
    {1900, Customary::both, "upnp"},
    {2049, Customary::both, "nfs"},
    {2222, Customary::tcp, "EtherNetIP-1"},
    {3128, Customary::tcp, "squid-http"},
    {3268, Customary::tcp, "globalcatLDAP"},
    {3269, Customary::tcp, "globalcatLDAPssl"},
    {4500, Customary::udp, "nat-t-ike"},
    {5353, Customary::udp, "zeroconf"},
    {5800, Customary::tcp, "vnc-http"},
    {5900, Customary::tcp, "vnc"},
    {5901, Customary::tcp, "vnc-1"},
    {5902, Customary::tcp, "vnc-2"},
    {5903, Customary::tcp, "vnc-3"},
    {6000, Customary::tcp, "X11"},
    {6001, Customary::tcp, "X11:1"},
    {6002, Customary::tcp, "X11:2"},
    {6665, Customary::tcp, "irc"},
    {6666, Customary::tcp, "irc"},
    {6667, Customary::tcp, "irc"},
    {8000, Customary::tcp, "http-alt"},
    {8008, Customary::tcp, "http"},
    {8009, Customary::tcp, "ajp13"},
    {8080, Customary::tcp, "http-proxy"},
    {8443, Customary::tcp, "https-alt"},
    {9100, Customary::tcp, "jetdirect"},
    {27017, Customary::tcp, "mongod"},
}};

}  // namespace

std::string_view scanners_name_of(net::Protocol protocol, net::Port port) {
  const auto wanted = protocol == net::Protocol::tcp   ? Customary::tcp
                      : protocol == net::Protocol::udp ? Customary::udp
                                                       : Customary::both;
  if (wanted == Customary::both) return {};
  const auto* found = std::ranges::lower_bound(customary, port.value(), {}, &Customary::port);
  const bool is_it = found != customary.end() && found->port == port.value();
  return is_it && (found->of == wanted || found->of == Customary::both) ? found->name : std::string_view{};
}

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
