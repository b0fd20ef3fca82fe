// TCP, UDP and their relatives over IPv4 and IPv6: sock_diag's requests and answers (linux/inet_diag.h,
// net/ipv4/inet_diag.c), and the lines of /proc/net/tcp and the files like it. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sockets/row.h"
#include "sockets/sources/source.h"

namespace portolan::sockets {

void append_inet_request(std::vector<std::uint8_t>& datagram, SocketKind protocol, AddressFamily family,
                         const Detail& wanted);
// TCP of both families at once, which only the first form of the request can ask for (TCPDIAG_GETSOCK; the kernel takes
// it for AF_UNSPEC, net/ipv4/inet_diag.c, inet_diag_dump_compat).
void append_tcp_request(std::vector<std::uint8_t>& datagram, const Detail& wanted);
bool parse_inet_diag(wire::MessageBytes message, SocketKind protocol, Row& row);
bool parse_inet_line(std::string_view line, SocketKind protocol, AddressFamily family, Row& row);

}  // namespace portolan::sockets
