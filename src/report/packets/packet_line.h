// A packet as one line for people, in the shape that nmap's --packet-trace has made known:
//
//   TCP 198.18.0.1:52373 > 198.18.0.2:80 S ttl=52 id=30013 iplen=44 seq=3225012283 win=1024 <mss 1460>
//   ICMP [198.18.0.2 > 198.18.0.1 Port 161 unreachable (type=3/code=3)] IP [ttl=64 id=21200 iplen=116] about [...]
//   ARP who-has 198.18.0.2 tell 198.18.0.1
//
// Pure and total: any bytes in, a line without control characters out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/path.h"
#include "wire/packet.h"

namespace portolan::report {

// `bytes` begin at the network header and may be cut. No line break at the end.
std::string packet_line(net::EtherType type, wire::Bytes bytes);

// Options of a TCP header, as they stand in it: "mss 1460,sackOK,timestamp 7 0,nop,wscale 7"; "" for none.
std::string tcp_options_text(wire::Bytes options);

// Flags of a packet that holds a TCP segment, the ninth bit of RFC 3540 left out; 0 where it is cut before them.
std::uint8_t tcp_flags(const wire::Packet& packet);
// "INIT-ACK" (RFC 9260 §3.2); "" for chunks that no question and no answer begins with.
std::string_view sctp_chunk_words(std::uint8_t chunk);

}  // namespace portolan::report
