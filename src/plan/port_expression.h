// nmap's port language: -p 22,80,http*,[1024-],-100,60000-,T:1-5,U:53,S:9.
#pragma once

#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "net/port_set.h"

namespace portolan::plan {

struct PortPlan {
  net::PortSet tcp;
  net::PortSet udp;
  net::PortSet sctp;
  [[nodiscard]] const net::PortSet& of(net::Protocol protocol) const {
    return protocol == net::Protocol::udp ? udp : protocol == net::Protocol::sctp ? sctp : tcp;
  }
  friend bool operator==(const PortPlan&, const PortPlan&) = default;
};

// Ports before any prefix go to every protocol, as nmap does. Meanings are nmap's; the message of an
// error quotes the part that is wrong.
Result<PortPlan> parse_ports(std::string_view text, const catalog::Services& services);

}  // namespace portolan::plan
