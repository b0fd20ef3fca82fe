// Where the caller's network namespace would send a packet that comes in: to itself, on, or nowhere. The kernel's
// routing decides it as it does for a packet (RTM_GETROUTE with RTA_IIF), reverse path filter and policy rules
// included. Nothing is sent, and no privilege is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "os/net/netlink.h"
#include "sockets/sources/delivery.h"

namespace portolan::os {

struct WayIn {
  enum class Where : std::uint8_t {
    here,
    // Over IPv6 also where this machine does not forward, because there the routes do not know
    // (net.ipv6.conf.*.forwarding).
    forwarded,
    // IPv4: as a martian, or by the reverse path filter. 127.0.0.0/8 from outside is one unless route_localnet is set.
    refused,
    nowhere,  // no route, or this machine does not forward
  };
  Where where = Where::nowhere;
  std::uint32_t interface = 0;  // of `forwarded`: by which it goes on
  std::optional<net::IpAddress> gateway;
  std::string cause;  // of `refused` and `nowhere`: the name of an errno
};

class RouteOracle {
 public:
  static Result<RouteOracle> open();

  // Errc::io where the kernel does not tell.
  Result<WayIn> way_of(const sockets::Arrival& arrival);

 private:
  explicit RouteOracle(NetlinkSocket socket) : socket_{std::move(socket)} {}
  NetlinkSocket socket_;
  std::vector<std::uint8_t> question_;
};

}  // namespace portolan::os
