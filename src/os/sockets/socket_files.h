// What has become of the files that UNIX sockets were bound to.
#pragma once

#include <cstdint>

#include "sockets/row.h"
#include "sockets/row_names.h"

namespace portolan::os {

// Looks for the row's path in this process's tree of files and, where that does not settle it, in the tree of a process
// that holds the socket (a container's, a chroot's). `unknown` where neither may be looked at, for relative paths (the
// kernel does not tell what they are relative to), and where the kernel did not name the file.
// `own_network_namespace`: a socket of another one, held by nobody in sight, may well be in another tree.
sockets::FileFacts find_socket_file(const sockets::Row& row, std::uint64_t own_network_namespace);

}  // namespace portolan::os
