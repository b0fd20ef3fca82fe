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

// A port as RFC 9293 §3.10.7 has it, listening or closed.
std::size_t answer_segment(const Asked& asked, wire::Buffer out);

}  // namespace portolan::probe
