#include "os/net/link_list.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "os/net/netlink.h"

namespace portolan::os {
namespace {

using report::InterfaceLine;
using report::RouteLine;
using Type = InterfaceLine::Type;

std::uint32_t number_in(MessageBytes payload) { return wire::read_struct<std::uint32_t>(payload).value_or(0); }

std::optional<net::IpAddress> address_in(MessageBytes payload) {
  if (payload.size() != 4 && payload.size() != 16) return std::nullopt;
  return net::IpAddress::from_bytes(payload);
}

// What stands behind the header and the body of a message.
template <class Body>
MessageBytes attributes_of(MessageBytes message) {
  const std::size_t at = sizeof(nlmsghdr) + wire::netlink_align(sizeof(Body));
  return message.subspan(std::min(at, message.size()));
}
template <class Body>
std::optional<Body> body_of(MessageBytes message, std::uint16_t type) {
  if (message.size() < sizeof(nlmsghdr) || header_of(message).nlmsg_type != type) return std::nullopt;
  return wire::read_struct<Body>(message.subspan(sizeof(nlmsghdr)));
}

Type type_of(const Interface& interface) {
  if ((interface.flags & IFF_LOOPBACK) != 0) return Type::loopback;
  if (interface.type == ARPHRD_ETHER) return Type::ethernet;
  return (interface.flags & IFF_POINTOPOINT) != 0 ? Type::point_to_point : Type::other;
}

void add_interface(MessageBytes message, std::map<std::uint32_t, InterfaceLine>& interfaces) {
  const auto link = parse_link(message);
  if (!link) return;
  InterfaceLine line;
  line.index = link->index;
  line.name = link->name;
  line.type = type_of(*link);
  line.up = (link->flags & IFF_UP) != 0;
  line.carrier = (link->flags & IFF_RUNNING) != 0;
  if (line.type == Type::ethernet) line.mac = link->mac;
  wire::for_each_attribute(attributes_of<ifinfomsg>(message), [&](std::uint16_t type, MessageBytes payload) {
    if (type == IFLA_MTU) line.mtu = number_in(payload);
  });
  interfaces[line.index] = std::move(line);
}

void add_address(MessageBytes message, std::map<std::uint32_t, InterfaceLine>& interfaces) {
  const auto body = body_of<ifaddrmsg>(message, RTM_NEWADDR);
  if (!body) return;
  const auto interface = interfaces.find(body->ifa_index);
  if (interface == interfaces.end()) return;
  std::optional<net::IpAddress> own;  // where the other end of the link has the one that is called the address
  std::optional<net::IpAddress> address;
  wire::for_each_attribute(attributes_of<ifaddrmsg>(message), [&](std::uint16_t type, MessageBytes payload) {
    if (type == IFA_LOCAL) own = address_in(payload);
    if (type == IFA_ADDRESS) address = address_in(payload);
  });
  if (!own) own = address;
  if (own) interface->second.addresses.push_back({*own, body->ifa_prefixlen});
}

std::string_view kind_of(std::uint8_t type) {
  switch (type) {
    case RTN_BLACKHOLE:
      return "blackhole";
    case RTN_UNREACHABLE:
      return "unreachable";
    case RTN_PROHIBIT:
      return "prohibit";
    case RTN_THROW:
      return "throw";
    default:
      return "";
  }
}

// One line a way: where several share a route, each has its own.
std::vector<std::pair<std::uint32_t, std::optional<net::IpAddress>>> ways_in(MessageBytes hops) {
  std::vector<std::pair<std::uint32_t, std::optional<net::IpAddress>>> ways;
  while (const auto hop = wire::read_struct<rtnexthop>(hops)) {
    if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > hops.size()) break;
    auto& way = ways.emplace_back(static_cast<std::uint32_t>(hop->rtnh_ifindex), std::nullopt);
    wire::for_each_attribute(hops.subspan(sizeof(rtnexthop), hop->rtnh_len - sizeof(rtnexthop)),
                             [&](std::uint16_t type, MessageBytes payload) {
                               if (type == RTA_GATEWAY) way.second = address_in(payload);
                             });
    hops = hops.subspan(std::min(wire::netlink_align(hop->rtnh_len), hops.size()));
  }
  return ways;
}

void add_route(MessageBytes message, const std::map<std::uint32_t, InterfaceLine>& interfaces,
               std::vector<RouteLine>& routes) {
  const auto body = body_of<rtmsg>(message, RTM_NEWROUTE);
  if (!body || (body->rtm_flags & RTM_F_CLONED) != 0) return;
  const bool v4 = body->rtm_family == AF_INET;
  RouteLine line;
  line.destination = {v4 ? net::IpAddress{} : net::IpAddress::v6({}), body->rtm_dst_len};
  line.kind = kind_of(body->rtm_type);
  std::uint32_t table = body->rtm_table;
  MessageBytes hops;
  const auto route = parse_route(message);
  wire::for_each_attribute(attributes_of<rtmsg>(message), [&](std::uint16_t type, MessageBytes payload) {
    if (type == RTA_DST) line.destination.address = address_in(payload).value_or(line.destination.address);
    if (type == RTA_PRIORITY) line.metric = number_in(payload);
    if (type == RTA_TABLE) table = number_in(payload);
    if (type == RTA_MULTIPATH) hops = payload;
  });
  line.local = table == RT_TABLE_LOCAL;
  if ((!line.local && table != RT_TABLE_MAIN) || !route) return;
  auto ways = ways_in(hops);
  if (ways.empty()) ways.emplace_back(route->interface, route->gateway);
  for (const auto& [interface, gateway] : ways) {
    const auto named = interfaces.find(interface);
    line.interface = line.kind.empty() && named != interfaces.end() ? named->second.name : "";
    line.gateway = gateway;
    routes.push_back(line);
  }
}

}  // namespace

Result<report::LinkList> list_links() {
  auto socket = NetlinkSocket::open();
  if (!socket) return fail(socket.error());
  std::map<std::uint32_t, InterfaceLine> interfaces;
  std::vector<RouteLine> routes;
  const auto links = socket->dump(RTM_GETLINK);
  if (!links) return fail(links.error());
  for (const auto& message : *links) add_interface(message, interfaces);
  const auto addresses = socket->dump(RTM_GETADDR);
  if (!addresses) return fail(addresses.error());
  for (const auto& message : *addresses) add_address(message, interfaces);
  const auto ways = socket->dump(RTM_GETROUTE);
  if (!ways) return fail(ways.error());
  for (const auto& message : *ways) add_route(message, interfaces, routes);
  report::LinkList list;
  for (auto& [index, interface] : interfaces) list.interfaces.push_back(std::move(interface));
  std::ranges::stable_sort(routes, {}, [](const RouteLine& route) {
    return std::tuple{!route.destination.address.is_v4(), 128 - route.destination.length, route.metric};
  });
  list.routes = std::move(routes);
  return list;
}

}  // namespace portolan::os
