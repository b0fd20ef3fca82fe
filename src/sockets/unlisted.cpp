#include "sockets/unlisted.h"

#include <algorithm>
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

bool has_list(SocketKind kind) {
  switch (kind) {
    case SocketKind::tcp:
    case SocketKind::mptcp:
    case SocketKind::udp:
    case SocketKind::udplite:
    case SocketKind::icmp:
    case SocketKind::raw:
    case SocketKind::unix_domain:
    case SocketKind::packet:
    case SocketKind::netlink:
      return true;
    default:
      return false;
  }
}

Row unlisted_row(std::string_view kernel_name) {
  Row row;
  row.protocol_name = kernel_name;
  for (const KernelName& known : kernel_names) {
    if (known.name == kernel_name) row.protocol = known.protocol;
  }
  if (has_list(row.protocol)) row.state = State::closed;
  return row;
}

KindMask kinds_without_list(std::string_view text) {
  KindMask kinds = 0;
  text.remove_prefix(std::min(text.find('\n'), text.size()));  // the heading
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    const std::string_view name = line.substr(0, line.find(' '));
    const SocketKind kind = unlisted_row(name).protocol;
    if (!name.empty() && !has_list(kind)) kinds |= mask_of(kind);
  }
  return kinds;
}

}  // namespace portolan::sockets
