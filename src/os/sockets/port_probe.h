// Whether bind() would succeed, asked of the kernel by doing it: its rules are many (SO_REUSEADDR and SO_REUSEPORT of
// others, devices, IPv4 behind [::], what no list shows), and nobody else knows what they come to.
#pragma once

#include "net/ip_address.h"
#include "net/port.h"
#include "sockets/availability.h"
#include "sockets/row.h"

namespace portolan::os {

// Binds a plain socket (no options, as `socket(); bind();` makes one) and closes it at once. Nobody can connect to it,
// since it does not listen; a datagram that comes in these microseconds is lost. TCP, UDP, and SCTP where this kernel
// has loaded it; `not_asked` for everything else, and where the kernel has no such family of addresses.
sockets::Availability try_to_bind(sockets::SocketKind protocol, const net::IpAddress& address, net::Port port);

}  // namespace portolan::os
