// What is known of the system behind an address: how its stack answered, and what that says about whose it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/state.h"
#include "net/ip_address.h"
#include "net/port.h"

namespace portolan::model {

// What a question to a stack, or to what filters before it, is called. Values are never reordered.
enum class StackQuestion : std::uint8_t {
  scan,             // the port scan's own SYN: MSS alone
  syn_full,         // MSS, SACK permitted, timestamp, window scale
  syn_again,        // the same a moment later
  syn_plain,        // without the timestamp
  syn_fin,          // SYN and FIN together
  closed_syn,       // to a closed port, with DSCP 1
  echo,             // with DF
  echo_code,        // with a code and a DSCP that mean nothing
  closed_datagram,  // 300 bytes to a closed UDP port
  ack,              // ACK alone, of no connection
  fin,              // FIN alone, of no connection
  unlikely_syn,     // SYN to a port that nobody uses
  short_syn,        // SYN whose hop limit ends just before the host
};
inline constexpr std::size_t stack_questions = 13;

// How a stack answered one of them. Of an answer that has no such field it is 0.
struct StackAnswer {
  enum class Kind : std::uint8_t { silence, syn_ack, reset, echo_reply, port_unreachable, other };
  StackQuestion question = StackQuestion::scan;
  Kind kind = Kind::silence;
  bool ipv6 = false;
  net::Port port;        // that was asked; 0 for echoes
  std::uint8_t ttl = 0;  // or hop limit, as it arrived
  std::uint8_t tos = 0;  // or traffic class
  bool dont_fragment = false;
  std::uint16_t identification = 0;  // of IPv4
  std::string options;               // of TCP, in their order: "M,S,T,N,W"
  std::uint16_t window = 0;
  std::uint16_t mss = 0;
  std::optional<std::uint8_t> scale;  // of the window
  std::uint32_t sequence = 0;
  std::uint8_t code = 0;               // of ICMP
  std::uint16_t quoted = 0;            // bytes of our packet in an ICMP error, from its network header on
  std::int64_t at = 0;                 // nanoseconds since the first question left
  Reason reason = Reason::none;        // of an ICMP error; none of others
  std::optional<net::IpAddress> from;  // who answered, where it was not the host
  friend bool operator==(const StackAnswer&, const StackAnswer&) = default;
};

// A class of systems that what was seen fits.
struct SystemGuess {
  std::string name;                  // "Linux 4.20 or later"
  std::string type;                  // nmap's word for what it runs on: "general purpose"
  std::string vendor;                // "Linux"
  std::string family;                // the same
  std::string generation;            // "4.X"; "" where several go together
  std::string cpe;                   // 2.3 formatted string; "" where there is none
  double likelihood = 0;             // 0 to 1, of all classes and of none of them
  std::vector<std::string> fits;     // the evidence for it, in words
  std::vector<std::string> differs;  // and against it
  friend bool operator==(const SystemGuess&, const SystemGuess&) = default;
};

// One stack. Behind one address there may be several: a port is forwarded.
struct SystemStack {
  std::vector<net::Port> ports;      // of TCP, open, as far as they were looked at
  bool determined = false;           // the first guess is more likely than not
  std::vector<SystemGuess> guesses;  // the likeliest first
  double unknown = 0;                // how likely it is none that is known here
  friend bool operator==(const SystemStack&, const SystemStack&) = default;
};

struct SystemRecord {
  std::vector<StackAnswer> answers;  // none of them stands in records of a stream
  std::vector<SystemStack> stacks;   // the one with most ports first
  std::optional<net::Port> open;     // of TCP, that was asked
  std::optional<net::Port> closed;   // the same
  std::optional<net::Port> closed_udp;
  std::vector<std::uint32_t> sequences;        // initial sequence numbers, as they came
  std::vector<std::uint16_t> identifications;  // of IPv4, the same
  std::string identification_class;            // "zero", "counting", "varying"; "" where too few came
  friend bool operator==(const SystemRecord&, const SystemRecord&) = default;
};

}  // namespace portolan::model
