// Sockets that processes hold and that no list of the kernel has: not bound yet, or of a kind without a list. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "sockets/row.h"

namespace portolan::sockets {

// What can be said about one of which only the kernel's name for its protocol is known (the extended attribute
// system.sockprotoname: "TCPv6", "UNIX-STREAM", "ALG"); `kernel_name` outlives the row. A protocol that has a list
// makes it a closed socket of that protocol, without addresses.
Row unlisted_row(std::string_view kernel_name);

// Whether every kernel lists all bound sockets of the kind, in a dump or in /proc/net: so that one which is in no list
// is not bound. Of the others nothing is known before they are asked, and their state is `unknown`.
bool has_list(SocketKind kind);
// Kinds as a set: bit n is the kind with number n.
using KindMask = std::uint32_t;
constexpr KindMask mask_of(SocketKind kind) { return KindMask{1} << static_cast<unsigned>(kind); }
// The kinds without a list that /proc/net/protocols names: others cannot be there.
KindMask kinds_without_list(std::string_view proc_net_protocols);

}  // namespace portolan::sockets
