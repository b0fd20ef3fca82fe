#include "probe/answer.h"

namespace portolan::probe {

net::EtherType ip_ether_type(const Attempt& attempt) {
  return attempt.target.is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6;
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
    case Kind::parameter_problem:
    case Kind::unknown_header:
      return Reason::param_problem;
    case Kind::other_unreach:
      break;
  }
  return Reason::dest_unreach;
}

Verdict filtered_by(const Attempt& attempt, const wire::Packet& packet, const wire::IcmpError& error) {
  return {.state = model::PortState::filtered,
          .reason = reason_of(error.kind),
          .host_is_up = packet.source == attempt.target,
          .by_error = true};
}

}  // namespace portolan::probe
