// Small facts about this machine that lists of services need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sockets/port_survey.h"

namespace portolan::os {

// Of the network namespace that the caller is in. What cannot be read is left out.
sockets::PortLimits read_port_limits();

struct SocketFile {
  std::uint64_t inode = 0;
  std::uint64_t device = 0;  // as stat(2) gives it
};
// nullopt where `path` leads to no socket.
std::optional<SocketFile> find_socket(const std::string& path);

}  // namespace portolan::os
