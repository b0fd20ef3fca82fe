#include "sockets/unlisted.h"

#include <array>

namespace portolan::sockets {
namespace {

struct KernelName {
  std::string_view name;  // struct proto.name
  SocketKind protocol;
};
constexpr std::array<KernelName, 22> kernel_names{{
    {"TCP", SocketKind::tcp},
    {"TCPv6", SocketKind::tcp},
    {"MPTCP", SocketKind::mptcp},
    {"MPTCPv6", SocketKind::mptcp},
    {"UDP", SocketKind::udp},
    {"UDPv6", SocketKind::udp},
    {"UDP-Lite", SocketKind::udplite},
    {"UDPLITEv6", SocketKind::udplite},
    {"PING", SocketKind::icmp},
    {"PINGv6", SocketKind::icmp},
    {"RAW", SocketKind::raw},
    {"RAWv6", SocketKind::raw},
    {"SCTP", SocketKind::sctp},
    {"SCTPv6", SocketKind::sctp},
    {"DCCP", SocketKind::dccp},
    {"DCCPv6", SocketKind::dccp},
    {"UNIX", SocketKind::unix_domain},
    {"UNIX-STREAM", SocketKind::unix_domain},
    {"UNIX-DGRAM", SocketKind::unix_domain},
    {"PACKET", SocketKind::packet},
    {"NETLINK", SocketKind::netlink},
    {"AF_VSOCK", SocketKind::vsock},
}};

}  // namespace

Row unlisted_row(std::string_view kernel_name) {
  Row row;
  row.state = State::closed;
  row.protocol_name = kernel_name;
  for (const KernelName& known : kernel_names) {
    if (known.name == kernel_name) row.protocol = known.protocol;
  }
  return row;
}

}  // namespace portolan::sockets
