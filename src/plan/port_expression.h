// nmap's port language: -p 22,80,http*,[1024-],-100,60000-,T:1-5,U:53,S:9,P:1.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "net/port_set.h"

namespace portolan::plan {

struct PortPlan {
  net::PortSet tcp;
  net::PortSet udp;
  net::PortSet sctp;
  net::PortSet ip;  // protocols, 0 to 255
  [[nodiscard]] const net::PortSet& of(net::Protocol protocol) const {
    return protocol == net::Protocol::udp    ? udp
           : protocol == net::Protocol::sctp ? sctp
           : protocol == net::Protocol::ip   ? ip
                                             : tcp;
  }
  friend bool operator==(const PortPlan&, const PortPlan&) = default;
};

enum class PortLanguage : std::uint8_t {
  ports,         // of TCP, UDP and SCTP; what stands before any prefix goes to all three, as nmap does
  scan,          // the same, and P: before IP protocols
  ip_protocols,  // what stands before any prefix is one, as with -sO
};

// Meanings are nmap's; the message of an error quotes the part that is wrong.
Result<PortPlan> parse_ports(std::string_view text, const catalog::Services& services,
                             PortLanguage language = PortLanguage::ports);

}  // namespace portolan::plan
