#include "probe/tcp_answer.h"

#include "wire/protocol.h"

namespace portolan::probe {

std::optional<Subject> tcp_subject(const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    return Subject{packet.source, tcp->source, tcp->destination.value()};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr && error->quoted_protocol == wire::protocol_tcp) {
    return Subject{error->quoted_destination, error->quoted_destination_port, error->quoted_source_port.value()};
  }
  return std::nullopt;
}

model::Reason reason_of(wire::IcmpError::Kind kind) {
  using Kind = wire::IcmpError::Kind;
  using model::Reason;
  switch (kind) {
    case Kind::net_unreach:
      return Reason::net_unreach;
    case Kind::host_unreach:
      return Reason::host_unreach;
    case Kind::proto_unreach:
      return Reason::proto_unreach;
    case Kind::port_unreach:
      return Reason::port_unreach;
    case Kind::net_prohibited:
      return Reason::net_prohibited;
    case Kind::host_prohibited:
      return Reason::host_prohibited;
    case Kind::admin_prohibited:
      return Reason::admin_prohibited;
    case Kind::no_route:
      return Reason::no_route;
    case Kind::beyond_scope:
      return Reason::beyond_scope;
    case Kind::addr_unreach:
      return Reason::addr_unreach;
    case Kind::policy_failed:
      return Reason::policy_failed;
    case Kind::reject_route:
      return Reason::reject_route;
    case Kind::time_exceeded:
      return Reason::time_exceeded;
    case Kind::other_unreach:
      break;
  }
  return Reason::dest_unreach;
}

std::optional<Verdict> judge_tcp_error(const Attempt& attempt, const wire::Packet& packet,
                                       const wire::IcmpError& error) {
  // RFC 792 promises the first eight bytes of what we sent: ports and sequence number.
  if (error.quoted_sequence != attempt.cookie) return std::nullopt;
  return Verdict{model::PortState::filtered, reason_of(error.kind), packet.source == attempt.target, true};
}

net::EtherType ip_ether_type(const Attempt& attempt) {
  return attempt.target.is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6;
}

}  // namespace portolan::probe
