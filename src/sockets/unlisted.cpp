#include "sockets/unlisted.h"

#include <array>

namespace portolan::sockets {
namespace {

struct KernelName {
  std::string_view name;  // struct proto.name
  Protocol protocol;
};
constexpr std::array<KernelName, 22> kernel_names{{
    {"TCP", Protocol::tcp},
    {"TCPv6", Protocol::tcp},
    {"MPTCP", Protocol::mptcp},
    {"MPTCPv6", Protocol::mptcp},
    {"UDP", Protocol::udp},
    {"UDPv6", Protocol::udp},
    {"UDP-Lite", Protocol::udplite},
    {"UDPLITEv6", Protocol::udplite},
    {"PING", Protocol::icmp},
    {"PINGv6", Protocol::icmp},
    {"RAW", Protocol::raw},
    {"RAWv6", Protocol::raw},
    {"SCTP", Protocol::sctp},
    {"SCTPv6", Protocol::sctp},
    {"DCCP", Protocol::dccp},
    {"DCCPv6", Protocol::dccp},
    {"UNIX", Protocol::unix_domain},
    {"UNIX-STREAM", Protocol::unix_domain},
    {"UNIX-DGRAM", Protocol::unix_domain},
    {"PACKET", Protocol::packet},
    {"NETLINK", Protocol::netlink},
    {"AF_VSOCK", Protocol::vsock},
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
