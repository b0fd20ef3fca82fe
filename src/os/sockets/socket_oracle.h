// Which socket of the caller's network namespace a packet would be handed to. The kernel looks it up as it does for a
// packet, with all that decides there: bound addresses and devices, both families behind [::], connected sockets,
// groups of SO_REUSEPORT. Nothing is sent, and no privilege is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "os/net/netlink.h"
#include "sockets/sources/delivery.h"

namespace portolan::os {

struct TakingSocket {
  std::uint64_t inode = 0;
  std::uint64_t cookie = 0;
  sockets::State state = sockets::State::unknown;  // of TCP: who does not listen has a connection with that source
  net::IpAddress local;
  std::uint32_t interface = 0;  // it is bound to; 0: to none
  std::uint32_t user = 0;
};

class SocketOracle {
 public:
  static Result<SocketOracle> open();

  // nullopt: nobody gets it. Errc::io where the kernel does not tell (it was built without sock_diag for this
  // protocol, or may not be asked here).
  Result<std::optional<TakingSocket>> taker_of(const sockets::Arrival& arrival);

 private:
  explicit SocketOracle(NetlinkSocket socket) : socket_{std::move(socket)} {}
  NetlinkSocket socket_;
  std::vector<std::uint8_t> question_;
};

}  // namespace portolan::os
