// Which socket a packet would be handed to: sock_diag's question about one socket, which runs the kernel's own lookup
// (net/ipv4/inet_diag.c, inet_diag_dump_one_icsk; net/ipv4/udp_diag.c, udp_dump_one). Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "net/ip_address.h"
#include "net/port.h"
#include "sockets/row.h"

namespace portolan::sockets {

// As it comes in.
struct Arrival {
  SocketKind protocol = SocketKind::tcp;  // or UDP
  net::IpAddress source;
  net::Port source_port;
  net::IpAddress target;  // of the same family
  net::Port target_port;
  std::uint32_t interface = 0;  // by which it comes in
};

// The answer is an inet_diag_msg (parse_inet_diag), or the error ENOENT where nobody gets it.
void append_delivery_question(std::vector<std::uint8_t>& datagram, const Arrival& arrival);

}  // namespace portolan::sockets
