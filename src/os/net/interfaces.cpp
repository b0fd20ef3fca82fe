#include "os/net/interfaces.h"

#include <fmt/core.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>

#include "base/escape.h"

namespace portolan::os {

Result<std::vector<Interface>> list_interfaces(NetlinkSocket& socket) {
  const auto messages = socket.dump(RTM_GETLINK);
  if (!messages) return fail(messages.error());
  std::vector<Interface> interfaces;
  for (const auto& message : *messages) {
    if (auto interface = parse_link(message)) interfaces.push_back(std::move(*interface));
  }
  return interfaces;
}

std::uint32_t interface_index(std::string_view name) { return ::if_nametoindex(std::string{name}.c_str()); }

std::string interface_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) == nullptr ? std::string{} : std::string{name.data()};
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
