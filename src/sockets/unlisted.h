// Sockets that processes hold and that no list of the kernel has: not bound yet, or of a kind without a list. Pure.
#pragma once

#include <string_view>

#include "sockets/row.h"

namespace portolan::sockets {

// What can be said about one of which only the kernel's name for its protocol is known (the extended attribute
// system.sockprotoname: "TCPv6", "UNIX-STREAM", "ALG"); `kernel_name` outlives the row. A protocol that has a list
// makes it a closed socket of that protocol, without addresses.
Row unlisted_row(std::string_view kernel_name);

}  // namespace portolan::sockets
