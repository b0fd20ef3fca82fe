// By what the hops on the way to a host are asked: what the host itself has answered best. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/findings.h"
#include "engine/host.h"

namespace portolan::engine {

struct HopQuestion {
  HopProbe probe;
  std::uint8_t distance = 0;  // how many hops away the host is, by the TTL of its answer; 0: not known
};

// `source_port`: all packets leave from that one, which then tells nothing about them.
HopQuestion hop_question(const Host& host, std::span<const PortWalk> walks, bool source_port);

// Systems begin at 64, 128 or 255 hops; 0 where the TTL is not known.
std::uint8_t distance_of(std::uint8_t ttl);

}  // namespace portolan::engine
