// The classic BPF program that lets only possible answers into the receive ring: the kernel then
// copies a few packets a probe instead of everything this machine receives. Pure.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace portolan::os {

// A block of ports (and ICMP identifiers) that tells this scan's packets from everybody else's.
struct TagBlock {
  std::uint16_t first = 0;
  std::uint16_t count = 1;  // at least 1; first + count - 1 is at most 65535
};

// For a packet socket of type SOCK_DGRAM, whose packets begin at the network header. Keeps, cut at
// `snapshot` bytes: ARP replies; ICMP echo reply, timestamp reply, unreachable, time exceeded; ICMPv6
// echo reply, unreachable, time exceeded, neighbour advertisement; TCP, UDP and SCTP to a port in
// the block. Not: what this machine itself sends, what is addressed to other machines, fragments
// beyond the first, IPv6 chains of more than one extension header.
std::vector<sock_filter> answer_filter(TagBlock block, std::uint32_t snapshot);

}  // namespace portolan::os
