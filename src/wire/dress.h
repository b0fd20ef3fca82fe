// How the packets of a scan are dressed beyond what they ask: the same for every technique.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/port.h"

namespace portolan::wire {

// Fits into every packet (longest_packet), whatever headers stand before it.
inline constexpr std::size_t longest_data = 1400;
// Of IPv4: what its header has room for (RFC 791 §3.1).
inline constexpr std::size_t longest_ip_options = 40;

struct Dress {
  std::uint8_t hop_limit = 64;              // TTL (IPv4) or hop limit (IPv6); neighbour discovery keeps its 255
  std::optional<net::Port> source_port{};   // TCP, UDP and SCTP: instead of the attempt's tag
  std::vector<std::uint8_t> data{};         // behind the transport header; of UDP in the place of the payload
  bool bad_checksum = false;                // of the transport layer: hosts drop it, careless middleboxes answer
  std::optional<std::uint8_t> tcp_flags{};  // instead of those of the technique
  std::vector<std::uint8_t> ip_options{};   // in IPv4's header, whole words; longest_ip_options at most
  std::uint16_t fragment = 0;               // bytes of a fragment behind its IP header, times of eight; 0: sent whole
  bool adler32 = false;                     // the sum of SCTP as RFC 2960 had it, before RFC 3309
};

// What a scan wears unless told otherwise.
inline constexpr Dress plain{};

}  // namespace portolan::wire
