// What every TCP technique shares: whom an answer speaks about, and what an ICMP error says.
#pragma once

#include <optional>

#include "probe/probe.h"

namespace portolan::probe {

// The TCP segment's sender, or the destination quoted in an ICMP error about a TCP segment of ours.
std::optional<Subject> tcp_subject(const wire::Packet& packet);

// nmap's reason for each kind of ICMP error.
model::Reason reason_of(wire::IcmpError::Kind kind);

// A closed port refuses with RST. An ICMP error that quotes our segment therefore comes from a router
// or packet filter, even the codes that RFC 1122 §4.2.3.9 calls hard errors: filtered.
std::optional<Verdict> judge_tcp_error(const Attempt& attempt, const wire::Packet& packet,
                                       const wire::IcmpError& error);

net::EtherType ip_ether_type(const Attempt& attempt);

}  // namespace portolan::probe
