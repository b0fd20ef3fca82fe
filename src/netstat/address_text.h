// Addresses as net-tools writes them.
#pragma once

#include <string>

#include "net/ip_address.h"

namespace portolan::netstat {

// An IPv4 address in an IPv6 one is written as IPv4 ("192.0.2.1"), and everything else as the C library does
// ("::192.0.2.1", where RFC 5952 has "::c000:201").
std::string numeric_text(const net::IpAddress& address);

}  // namespace portolan::netstat
