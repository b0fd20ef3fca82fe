// Small facts about this machine that lists of services need.
#pragma once

#include <cstdint>
#include <string>

#include "sockets/port_survey.h"
#include "sockets/question.h"

namespace portolan::os {

// Of the network namespace that the caller is in. What cannot be read is left out.
sockets::PortLimits read_port_limits();

// What connect() to a UNIX socket's path would find, which follows links.
sockets::Question::File find_socket(const std::string& path);
// The same path as process `pid` sees it (a container's, a chroot's, one with mounts of its own).
sockets::Question::File find_socket_of(std::uint32_t pid, const std::string& path);

}  // namespace portolan::os
