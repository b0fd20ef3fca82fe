#include "os/net/interfaces.h"

#include <fmt/core.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>

#include "base/escape.h"
#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/sockets/socket_address.h"

namespace portolan::os {

namespace {

// Where netlink may not be asked, a file still names them: two lines of heading, then "  eth0: 1234 ...".
std::map<std::uint32_t, std::string> names_in_file() {
  constexpr std::size_t limit = std::size_t{16} << 20U;
  std::map<std::uint32_t, std::string> names;
  const auto text = read_file("/proc/thread-self/net/dev", limit);
  if (!text) return names;
  std::istringstream lines{*text};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    const auto begin = line.find_first_not_of(' ');
    if (colon == std::string::npos || begin >= colon) continue;
    const std::string name = line.substr(begin, colon - begin);
    if (const std::uint32_t index = ::if_nametoindex(name.c_str()); index != 0) names.emplace(index, name);
  }
  return names;
}

}  // namespace

Result<std::vector<Interface>> list_interfaces(NetlinkSocket& socket) {
  const auto messages = socket.dump(RTM_GETLINK);
  if (!messages) return fail(messages.error());
  std::vector<Interface> interfaces;
  for (const auto& message : *messages) {
    if (auto interface = parse_link(message)) interfaces.push_back(std::move(*interface));
  }
  const auto add_network = [&interfaces](MessageBytes message) {
    const auto network = parse_network(message);
    if (!network) return;
    const auto owner = std::ranges::find(interfaces, network->first, &Interface::index);
    if (owner != interfaces.end()) owner->networks.push_back(network->second);
  };
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    // A kernel without IPv6 has no such list.
    if (const auto done = socket.visit_dump(RTM_GETADDR, family, add_network); !done && family == AF_INET) {
      return fail(done.error());
    }
  }
  return interfaces;
}

std::uint32_t interface_index(std::string_view name) { return ::if_nametoindex(std::string{name}.c_str()); }

bool is_loopback_interface(std::string_view name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) return false;
  std::ranges::copy(name, request.ifr_name);
  const FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};  // any kind will do (netdevice(7))
  return socket.is_open() && ::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0 &&
         (static_cast<unsigned>(request.ifr_flags) & unsigned{IFF_LOOPBACK}) != 0;
}

std::string interface_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) == nullptr ? std::string{} : std::string{name.data()};
}

std::vector<std::string> links_with_ipv6() {
  std::vector<std::string> names;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return names;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> list{first, ::freeifaddrs};
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 address{};
    std::memcpy(&address, one->ifa_addr, sizeof address);
    const bool is_up = (one->ifa_flags & IFF_UP) != 0 && (one->ifa_flags & IFF_LOOPBACK) == 0;
    if (!is_up || !IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) continue;
    if (std::ranges::find(names, one->ifa_name) == names.end()) names.emplace_back(one->ifa_name);
  }
  return names;
}

std::map<std::uint32_t, std::string> interface_names() {
  std::map<std::uint32_t, std::string> names;
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> list{::if_nameindex(), ::if_freenameindex};
  for (const auto* one = list.get(); one != nullptr && one->if_index != 0; ++one) {
    names.emplace(one->if_index, one->if_name);
  }
  if (!list) names = names_in_file();
  return names;
}

std::vector<std::uint32_t> interfaces_leading_to(const net::IpAddress& address) {
  const net::IpAddress wanted = address.unmapped().without_zone();
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owned{list, ::freeifaddrs};
  std::vector<std::uint32_t> indexes;
  std::uint32_t loopback = 0;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if ((one->ifa_flags & IFF_LOOPBACK) != 0) loopback = ::if_nametoindex(one->ifa_name);
    const auto own = one->ifa_addr == nullptr ? std::nullopt : address_of(one->ifa_addr);
    if (own && own->without_zone() == wanted) indexes.push_back(::if_nametoindex(one->ifa_name));
  }
  // All of 127.0.0.0/8 is loopback's, whatever addresses it was given.
  if (indexes.empty() && wanted.is_loopback() && loopback != 0) indexes.push_back(loopback);
  return indexes;
}

Error no_such_interface(std::string_view name, const std::vector<Interface>& there_are) {
  std::string names;
  for (const Interface& interface : there_are) {
    if (!names.empty()) names += ", ";
    names += escape_terminal(interface.name);
  }
  return {Errc::unreachable, fmt::format("no interface is called '{}'; there are: {}", escape_terminal(name), names)};
}

}  // namespace portolan::os
