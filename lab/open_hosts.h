// A network of hosts that are open on every port, without a kernel behind each: whoever sends a SYN to any address
// is answered with a SYN-ACK, and nothing else is said. For scans that find more than a kernel could accept.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "lab/frame_ring.h"

namespace portolan::lab {

class OpenHosts {
 public:
  // Answers IPv4 frames that arrive at `device` for addresses of `network` ("198.19.0.0/24"). The kernel behind the
  // device has to keep silent about them: a blackhole route does that.
  static Result<OpenHosts> open(const std::string& device, const std::string& network);
  [[noreturn]] void run();

 private:
  OpenHosts(FrameRing ring, std::uint32_t first, std::uint32_t mask)
      : ring_{std::move(ring)}, first_{first}, mask_{mask} {}

  FrameRing ring_;
  FrameBatch batch_;
  std::uint32_t first_;  // address and mask in host order
  std::uint32_t mask_;
};

}  // namespace portolan::lab
