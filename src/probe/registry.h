// Every technique there is, one line each.
#pragma once

#include <array>
#include <string_view>

#include "probe/probe.h"

namespace portolan::probe {

extern const Probe tcp_syn;
extern const Probe tcp_connect;
extern const Probe tcp_ack;
extern const Probe tcp_window;
extern const Probe tcp_maimon;
extern const Probe tcp_null;
extern const Probe tcp_fin;
extern const Probe tcp_xmas;
extern const Probe udp;
extern const Probe sctp_init;
extern const Probe sctp_cookie;
extern const Probe ip_protocol;
extern const Probe icmp_echo;
extern const Probe icmp_timestamp;
extern const Probe icmp_mask;
extern const Probe arp;
extern const Probe neighbour;
extern const Probe stack;

// In the order of --help, one a line.
// clang-format off
inline constexpr std::array registry{
    &tcp_syn,
    &tcp_connect,
    &tcp_ack,
    &tcp_window,
    &tcp_maimon,
    &tcp_null,
    &tcp_fin,
    &tcp_xmas,
    &udp,
    &sctp_init,
    &sctp_cookie,
    &ip_protocol,
    &icmp_echo,
    &icmp_timestamp,
    &icmp_mask,
    &arp,
    &neighbour,
};
// clang-format on

// What is asked beside a scan, and by nobody alone. A simulated host looks here first: these questions are less plain.
inline constexpr std::array registry_beside{
    &stack,
};

// The technique of this name (Probe::name); nullptr where there is none.
inline const Probe* find(std::string_view name) {
  for (const Probe* probe : registry) {
    if (probe->name == name) return probe;
  }
  return nullptr;
}

}  // namespace portolan::probe
