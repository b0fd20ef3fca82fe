// Two machines on a link, for tests of what is told of their packets.
#pragma once

#include "net/ip_address.h"
#include "net/path.h"

namespace portolan::report::testing {

inline const net::IpAddress us = net::IpAddress::v4(0xc6120001);
inline const net::IpAddress them = net::IpAddress::v4(0xc6120002);
inline const net::Path path = [] {
  net::Path made;
  made.interface = 3;
  made.source = us;
  made.on_link = true;
  made.next_hop = them;
  return made;
}();

}  // namespace portolan::report::testing
