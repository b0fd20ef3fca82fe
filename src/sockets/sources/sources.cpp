#include "sockets/sources/sources.h"

#include <array>

namespace portolan::sockets {
namespace {

// In the order in which they are listed, one a line.
// clang-format off
constexpr std::array registry{
    &tcp4,
    &tcp6,
    &mptcp4,
    &mptcp6,
    &udp4,
    &udp6,
    &udplite4,
    &udplite6,
    &sctp4,
    &sctp6,
    &dccp4,
    &dccp6,
    &icmp4,
    &icmp6,
    &raw4,
    &raw6,
    &unix_domain,
    &packet,
    &netlink,
    &vsock,
};
// clang-format on

}  // namespace

std::span<const Source* const> sources() { return registry; }

std::vector<const Source*> joined(std::span<const Source* const> some) {
  std::vector<const Source*> result;
  for (const Source* source : some) {
    if (source == tcp_both.parts[1] && !result.empty() && result.back() == tcp_both.parts[0]) {
      result.back() = &tcp_both;
    } else {
      result.push_back(source);
    }
  }
  return result;
}

}  // namespace portolan::sockets
