// What every ICMP query shares: it carries an identifier (the attempt's tag) and a sequence number (half of the
// cookie), and both its reply and an error about it give them back.
#pragma once

#include <cstdint>
#include <optional>

#include "probe/probe.h"

namespace portolan::probe {

// Message types of a query in ICMP or ICMPv6.
struct IcmpQuery {
  std::uint8_t request = 0;
  std::uint8_t reply = 0;
};

// The query, with `body` behind identifier and sequence number.
std::size_t build_query(const Attempt& attempt, std::uint8_t type, wire::Bytes body, wire::Buffer out);

// Who replied to such a query, or whose query an ICMP error quotes; `query` is of the packet's own family.
std::optional<Subject> query_subject(const wire::Packet& packet, const IcmpQuery& query);

// The reply, where the packet is one of type `query.reply` and gives identifier and sequence number back.
const wire::IcmpMessage* reply_to(const Attempt& attempt, const wire::Packet& packet, const IcmpQuery& query);

// What an ICMP error about the query says of the host; nothing where the packet is no such error.
std::optional<Verdict> judge_query_error(const Attempt& attempt, const wire::Packet& packet);

// A host's reply to the query, with what was asked in its body unless another one is given; 0 where the packet is no
// such query.
std::size_t answer_query(const Asked& asked, const IcmpQuery& query, wire::Bytes body, wire::Buffer out);

}  // namespace portolan::probe
