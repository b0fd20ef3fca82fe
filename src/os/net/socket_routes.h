// Ways to targets where the kernel does not tell its routes (no rtnetlink: seccomp, some containers' kernels): what
// connecting a datagram socket, which sends nothing, shows of them. It is enough to ask by connections.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/doors.h"
#include "net/path.h"

namespace portolan::os {

class SocketRoutes final : public engine::Routes {
 public:
  // `interface`: every target but this machine's own addresses is reached through it (-e); "" lets the routes decide.
  // Errc::unreachable where there is none of that name.
  static Result<std::unique_ptr<SocketRoutes>> open(std::string_view interface = {});

  // Says whether there is a way and from which address it begins. Every packet is left to the kernel; through which
  // interface and to which neighbour it goes is not known.
  std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) override;

 private:
  explicit SocketRoutes(std::string_view interface) : interface_{interface} {}
  [[nodiscard]] Result<net::Path> route(const net::IpAddress& target) const;

  std::string interface_;
};

}  // namespace portolan::os
