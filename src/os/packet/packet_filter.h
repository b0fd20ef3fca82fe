// The classic BPF program that lets only possible answers into the receive ring: the kernel then
// copies a few packets a probe instead of everything this machine receives. Pure.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "net/port.h"
#include "probe/probe.h"

namespace portolan::os {

// A block of ports (and ICMP identifiers) that tells this scan's packets from everybody else's.
struct TagBlock {
  std::uint16_t first = 0;
  std::uint16_t count = 1;  // at least 1; first + count - 1 is at most 65535
};

// What may be an answer to this scan.
struct Expected {
  TagBlock tags;
  std::optional<net::Port> source_port;         // Dress::source_port: answers come back to it
  std::vector<const probe::Probe*> techniques;  // whose Probe::hears are let in
  bool whole = false;                           // no packet of an Ethernet's usual size is cut, for who keeps them
};

// For a packet socket of type SOCK_DGRAM, whose packets begin at the network header. Keeps, cut at `snapshot` bytes,
// what the techniques hear, segments and datagrams only to ports that are ours; and ICMP and ICMPv6 errors
// (unreachable, time exceeded), which may be about any of them. Not: what this machine itself sends, what is
// addressed to other machines, frames of a VLAN on the device below it, fragments beyond the first, IPv6 chains of more
// than one extension header.
std::vector<sock_filter> answer_filter(const Expected& expected, std::uint32_t snapshot);

}  // namespace portolan::os
