// What every TCP technique shares: the segment it sends, whom an answer speaks about, what an ICMP error says, and how
// a host answers.
#pragma once

#include <optional>

#include "probe/probe.h"
#include "wire/protocol.h"

namespace portolan::probe {

inline constexpr Hears hears_tcp{.protocol = wire::protocol_tcp};

// A segment of the attempt with these flags; the cookie is its sequence number, and its acknowledgement number where
// it acknowledges.
std::size_t build_segment(const Attempt& attempt, std::uint8_t flags, wire::Buffer out);

// The TCP segment's sender, or the destination quoted in an ICMP error about a TCP segment of ours.
std::optional<Subject> tcp_subject(const wire::Packet& packet);

// A closed port refuses with RST. An ICMP error that quotes our segment therefore comes from a router
// or packet filter, even the codes that RFC 1122 §4.2.3.9 calls hard errors: filtered.
std::optional<Verdict> judge_tcp_error(const Attempt& attempt, const wire::Packet& packet);

// Whether the segment is the reset that such a question draws from a port that wants none of it (RFC 9293 §3.10.7.1):
// to one that acknowledges, the reset takes its sequence number from there; any other it acknowledges. What it
// acknowledges is our number and what the flags occupy of the sequence space; some systems acknowledge what they would
// have waited for instead, which is our number itself.
bool is_reset_of(const Attempt& attempt, std::uint8_t flags, const wire::TcpSegment& answer);

// For questions that only closed ports answer, with these flags: the reset is closed, an ICMP error a filter.
std::optional<Verdict> judge_silence_of_open(const Attempt& attempt, std::uint8_t flags, const wire::Packet& packet);
// Which is therefore what silence means.
inline constexpr Verdict silence_may_be_open{.state = model::PortState::open_filtered,
                                             .reason = model::Reason::no_response};

// A port as RFC 9293 §3.10.7 has it, listening or closed.
std::size_t answer_segment(const Asked& asked, wire::Buffer out);

}  // namespace portolan::probe
