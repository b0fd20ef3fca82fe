// One question on its way out. Not bytes: a link builds them where they have to stand (a transmit ring, a batch of
// messages), a link that connects needs none, and a sender inside the kernel builds them there.
#pragma once

#include <cstddef>

#include "net/mac.h"
#include "net/path.h"
#include "probe/probe.h"

namespace portolan::engine {

struct Shot {
  const probe::Probe* probe = nullptr;
  probe::Attempt attempt;  // refers to the path, which stays where it is while the shot waits to be sent
};

// Questions to a link are no IP packets.
inline bool leaves_in_fragments(const Shot& shot) {
  return shot.attempt.dress.fragment > 0 && shot.probe->asks != probe::Asks::links;
}

// What travels beside the bytes.
struct Head {
  net::EtherType type = net::EtherType::ipv4;
  net::Mac to;           // link-layer destination; ethernet only: broadcast or multicast for ARP and ND
  std::size_t size = 0;  // bytes written
};

// Writes the packet from its network header on; `out` holds wire::longest_packet bytes.
inline Head build(const Shot& shot, wire::Buffer out) {
  const probe::Probe& probe = *shot.probe;
  Head head;
  head.type = probe.ether_type(shot.attempt);
  head.size = probe.build(shot.attempt, out);
  if (probe.link_destination != nullptr) {
    head.to = probe.link_destination(shot.attempt);
  } else if (shot.attempt.path.next_hop_mac) {
    head.to = *shot.attempt.path.next_hop_mac;
  }
  return head;
}

}  // namespace portolan::engine
