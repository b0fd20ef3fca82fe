// The kernel's word when a TCP or UDP socket is gone (linux/sock_diag.h, SKNLGRP_*_DESTROY).
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "base/time.h"
#include "os/file_descriptor.h"
#include "sockets/row.h"

namespace portolan::os {

class SocketEvents {
 public:
  // Of the caller's own network namespace.
  static Result<SocketEvents> open();
  // Hears nothing.
  SocketEvents() = default;
  // Waits until there are some, at most that long; without a socket, that long.
  void wait(Duration at_most) const;
  // Hands over those that are here; does not wait. False when some were lost for want of room.
  bool receive(const std::function<void(const sockets::Row&)>& visit);

 private:
  FileDescriptor socket_;
  std::uint64_t network_namespace_ = 0;
};

}  // namespace portolan::os
