// Every list of sockets there is. A new one is a file, a line here and a line in sources.cpp.
#pragma once

#include "sockets/sources/source.h"

namespace portolan::sockets {

extern const Source tcp4, tcp6, mptcp4, mptcp6, udp4, udp6, udplite4, udplite6, icmp4, icmp6, raw4, raw6, dccp4, dccp6,
    sctp4, sctp6;              // inet_sources.cpp
extern const Source tcp_both;  // not in sources(): see joined()
extern const Source unix_domain;
extern const Source packet;
extern const Source netlink;
extern const Source vsock;

}  // namespace portolan::sockets
