// What the SCTP techniques share: what has to be heard, whom an answer speaks about, and how a host answers.
#pragma once

#include <optional>

#include "probe/answer.h"
#include "probe/probe.h"
#include "wire/protocol.h"

namespace portolan::probe {

inline constexpr Hears hears_sctp{.protocol = wire::protocol_sctp};

// The packet's sender, or the destination quoted in an ICMP error about an SCTP packet of ours.
std::optional<Subject> sctp_subject(const wire::Packet& packet);

// An ICMP error about a packet with this verification tag, which is all of it that RFC 792 promises beside the ports.
std::optional<Verdict> judge_sctp_error(const Attempt& attempt, std::uint32_t verification_tag,
                                        const wire::Packet& packet);

// An endpoint as RFC 9260 §5.1 and §8.4 have it, listening or not.
std::size_t answer_sctp(const Asked& asked, wire::Buffer out);

}  // namespace portolan::probe
