// How the packets of a scan are dressed beyond what they ask: the same for every technique.
#pragma once

#include <cstdint>
#include <optional>

#include "net/port.h"

namespace portolan::wire {

struct Dress {
  std::uint8_t hop_limit = 64;             // TTL (IPv4) or hop limit (IPv6); neighbour discovery keeps its 255
  std::optional<net::Port> source_port{};  // TCP, UDP and SCTP: instead of the attempt's tag
  std::uint16_t padding = 0;               // bytes of zeros behind the transport header and payload
  bool bad_checksum = false;               // of the transport layer: hosts drop it, careless middleboxes answer
};

// What a scan wears unless told otherwise.
inline constexpr Dress plain{};

}  // namespace portolan::wire
