// The kernel's word when a TCP or UDP socket is gone (linux/sock_diag.h, SKNLGRP_*_DESTROY).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "os/file_descriptor.h"
#include "os/sockets/socket_list.h"
#include "sockets/row.h"

namespace portolan::os {

class SocketEvents {
 public:
  // Hears of one more namespace.
  Result<void> listen(const SocketNamespace& space);
  // Waits until there is something to hear, at most that long. False at once when nobody reads from the descriptor
  // `reader` any more (-1: nobody is meant to).
  [[nodiscard]] bool wait(Duration at_most, int reader = -1) const;
  // Hands over what is here; does not wait. The kernel has cleared what the sockets had: their state is told as closed,
  // queues as empty. False when some were lost for want of room.
  [[nodiscard]] bool receive(const std::function<void(const sockets::Row&)>& visit);

 private:
  struct Subscription {
    FileDescriptor socket;
    std::uint64_t network_namespace = 0;
  };
  static bool receive(const Subscription& subscription, const std::function<void(const sockets::Row&)>& visit);

  std::vector<Subscription> subscriptions_;
};

}  // namespace portolan::os
