// The options of a TCP header (RFC 9293 §3.2), read for what they are and for the order in which they stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/packet.h"

namespace portolan::wire {

struct TcpOptions {
  // A letter for each, in their order: M MSS, N no-op, S SACK permitted, T timestamp, W window scale, E end of the
  // list, ? any other. "M,S,T,N,W". Of what is malformed that far.
  std::string layout;
  std::uint16_t mss = 0;
  std::optional<std::uint8_t> scale;
  std::uint32_t timestamp = 0;
};

// Any bytes in; every end of list is counted, since systems pad by several.
TcpOptions read_tcp_options(Bytes options);

}  // namespace portolan::wire
