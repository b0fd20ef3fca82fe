// Every technique there is, one line each.
#pragma once

#include <array>

#include "probe/probe.h"

namespace portolan::probe {

extern const Probe tcp_syn;
extern const Probe tcp_connect;
extern const Probe tcp_ack;
extern const Probe icmp_echo;
extern const Probe icmp_timestamp;
extern const Probe arp;
extern const Probe neighbour;

// In the order of --help.
inline constexpr std::array<const Probe*, 7> registry{&tcp_syn,        &tcp_connect, &tcp_ack,  &icmp_echo,
                                                      &icmp_timestamp, &arp,         &neighbour};

}  // namespace portolan::probe
