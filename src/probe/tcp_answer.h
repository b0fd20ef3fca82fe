// What every TCP technique shares: the segment it sends, whom an answer speaks about, what an ICMP error says, and how
// a host answers.
#pragma once

#include <optional>
#include <string_view>

#include "probe/answer.h"
#include "probe/probe.h"
#include "wire/protocol.h"

namespace portolan::probe {

inline constexpr Hears hears_tcp{.protocol = wire::protocol_tcp};

// Those that the technique is about, unless the user wants others (Dress::tcp_flags).
std::uint8_t flags_of(const Attempt& attempt, std::uint8_t usual);

// How many sequence numbers such a segment occupies: its data, its SYN and its FIN (RFC 9293 §3.4).
std::uint32_t sequence_length(const Attempt& attempt, std::uint8_t flags);

// A segment of the attempt with these flags, or the user's; the cookie is its sequence number, and its acknowledgement
// number where it acknowledges.
std::size_t build_segment(const Attempt& attempt, std::uint8_t usual, wire::Buffer out);

// The TCP segment's sender, or the destination quoted in an ICMP error about a TCP segment of ours.
std::optional<Subject> tcp_subject(const wire::Packet& packet);

// A closed port refuses with RST. An ICMP error that quotes our segment therefore comes from a router
// or packet filter, even the codes that RFC 1122 §4.2.3.9 calls hard errors: filtered.
std::optional<Verdict> judge_tcp_error(const Attempt& attempt, const wire::Packet& packet);

// Whether the segment is the reset that a question with these flags, or the user's, draws from a port that wants none
// of it (RFC 9293 §3.10.7.1): to one that acknowledges, the reset takes its sequence number from there; any other it
// acknowledges. What it acknowledges is our number and what the flags occupy of the sequence space; some systems
// acknowledge what they would have waited for instead, which is our number itself.
bool is_reset_of(const Attempt& attempt, std::uint8_t usual, const wire::TcpSegment& answer);

// A port as RFC 9293 §3.10.7 has it, listening or closed.
std::size_t answer_segment(const Asked& asked, wire::Buffer out);

// Techniques whose segment only closed ports answer, by a reset; an ICMP error is a filter, silence may be an open
// port.
std::optional<Verdict> judge_where_closed_answers(const Attempt& attempt, std::uint8_t flags,
                                                  const wire::Packet& packet);
struct TcpTechnique {
  std::string_view name;
  std::string_view scan_type;
  std::string_view task;
  OptionName scan_option;
};
// With these flags.
template <std::uint8_t Flags>
constexpr Probe where_closed_answers(const TcpTechnique& technique) {
  return {.name = technique.name,
          .scan_type = technique.scan_type,
          .task = technique.task,
          .scan_option = technique.scan_option,
          .asks = Asks::tcp_ports,
          .hears = hears_tcp,
          .open_answers = false,
          .ether_type = ip_ether_type,
          .build = [](const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, Flags, out); },
          .subject = tcp_subject,
          .judge = [](const Attempt& attempt,
                      const wire::Packet& packet) { return judge_where_closed_answers(attempt, Flags, packet); },
          .on_silence = {.state = model::PortState::open_filtered, .reason = model::Reason::no_response},
          .answer = answer_segment};
}

}  // namespace portolan::probe
