// A packet in pieces, each with an IP header of its own (RFC 791 §2.3, RFC 8200 §4.5).
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/build.h"

namespace portolan::wire {

// What stands before the piece itself: an IPv6 header and that of fragments.
inline constexpr std::size_t longest_fragment_header = 48;

class Fragments {
 public:
  // `packet` outlives it, and has no extension headers. `each`: bytes behind the IP header, a multiple of eight above
  // 0. `identification` tells its fragments from those of others, over IPv6; IPv4's header has its own.
  Fragments(Bytes packet, std::size_t each, std::uint32_t identification);
  // Writes the next one into `out`, which has room for longest_fragment_header more than `each`, and returns its
  // length; 0 behind the last one.
  std::size_t next(Buffer out);

 private:
  std::size_t next_v4(Buffer out, Bytes piece, bool more) const;
  std::size_t next_v6(Buffer out, Bytes piece, bool more) const;

  Bytes packet_;
  std::size_t each_;
  std::uint32_t identification_;
  std::size_t header_;
  std::size_t at_ = 0;  // in what stands behind the header
};

}  // namespace portolan::wire
