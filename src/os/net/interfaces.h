// The network interfaces of this machine (of the network namespace that the caller is in).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "os/net/netlink.h"

namespace portolan::os {

Result<std::vector<Interface>> list_interfaces(NetlinkSocket& socket);

// 0 where there is none of that name. Fits plan::ZoneOf.
std::uint32_t interface_index(std::string_view name);

// Whether what leaves through it comes back to this machine.
bool is_loopback_interface(std::string_view name);

// "" where there is none with that index.
std::string interface_name(std::uint32_t index);

// Names of those that are up and have a link-local IPv6 address, in the kernel's order; not the loopback.
std::vector<std::string> links_with_ipv6();

// All of them, by number.
std::map<std::uint32_t, std::string> interface_names();

// The interfaces by which packets to `address` come in: those that have it. It is so for what this machine sends
// itself, too: the kernel counts it as come in there and not by loopback (ip_route_output_key_hash_rcu). None where no
// interface has it, or that cannot be found out.
std::vector<std::uint32_t> interfaces_leading_to(const net::IpAddress& address);

// "no interface is called 'eth7'; there are: lo, eth0": Errc::unreachable.
Error no_such_interface(std::string_view name, const std::vector<Interface>& there_are);

}  // namespace portolan::os
