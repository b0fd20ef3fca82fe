// What the kernel says about interfaces, neighbours and routes: any datagram in, values or nothing out,
// nothing read beyond the end.
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "net/ip_address.h"
#include "os/net/kernel_routes.h"
#include "os/net/netlink.h"
#include "os/net/route_regions.h"
#include "wire/netlink_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portolan;
  std::span<const std::uint8_t> datagram{data, size};
  std::vector<os::Interface> interfaces;
  os::RouteRegions regions;
  for (auto message = wire::next_message(datagram); !message.empty(); message = wire::next_message(datagram)) {
    (void)os::parse_error(message);
    (void)os::parse_neighbour(message);
    (void)os::parse_route_answer(message);
    regions.learn(message);
    if (auto interface = os::parse_link(message)) interfaces.push_back(std::move(*interface));
    const auto route = os::parse_route(message);
    if (route) (void)os::path_of(*net::IpAddress::parse("fe80::1%2"), *route, interfaces);
  }
  regions.sort();
  (void)regions.region_of(*net::IpAddress::parse("2001:db8::1"));
  return 0;
}
