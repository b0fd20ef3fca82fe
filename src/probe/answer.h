// What techniques of every kind share.
#pragma once

#include "probe/probe.h"

namespace portolan::probe {

// IPv4 or IPv6, by the target.
net::EtherType ip_ether_type(const Attempt& attempt);

// nmap's reason for each kind of ICMP error.
model::Reason reason_of(wire::IcmpError::Kind kind);

// The verdict of an ICMP error that is known to quote the attempt: filtered, and the host is there only where it
// speaks for itself.
Verdict filtered_by(const Attempt& attempt, const wire::Packet& packet, const wire::IcmpError& error);

// For most techniques silence means that something swallowed question or answer.
inline constexpr Verdict silence_is_filtered{.state = model::PortState::filtered, .reason = model::Reason::no_response};

}  // namespace portolan::probe
