#include "model/state.h"

namespace portolan::model {

std::string_view name_of(PortState state) {
  switch (state) {
    case PortState::open:
      return "open";
    case PortState::closed:
      return "closed";
    case PortState::filtered:
      return "filtered";
    case PortState::unfiltered:
      return "unfiltered";
    case PortState::open_filtered:
      return "open|filtered";
    case PortState::closed_filtered:
      return "closed|filtered";
  }
  return "unknown";
}

std::string_view name_of(HostState state) {
  switch (state) {
    case HostState::up:
      return "up";
    case HostState::down:
      return "down";
    case HostState::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "unknown-response";
    case Reason::syn_ack:
      return "syn-ack";
    case Reason::reset:
      return "reset";
    case Reason::conn_refused:
      return "conn-refused";
    case Reason::udp_response:
      return "udp-response";
    case Reason::proto_response:
      return "proto-response";
    case Reason::init_ack:
      return "init-ack";
    case Reason::abort:
      return "abort";
    case Reason::no_response:
      return "no-response";
    case Reason::echo_reply:
      return "echo-reply";
    case Reason::timestamp_reply:
      return "timestamp-reply";
    case Reason::address_mask_reply:
      return "addressmask-reply";
    case Reason::arp_response:
      return "arp-response";
    case Reason::nd_response:
      return "nd-response";
    case Reason::localhost_response:
      return "localhost-response";
    case Reason::user_set:
      return "user-set";
    case Reason::net_unreach:
      return "net-unreach";
    case Reason::host_unreach:
    case Reason::addr_unreach:  // nmap 7.93 tells ICMPv6 code 3 like IPv4's
      return "host-unreach";
    case Reason::proto_unreach:
      return "proto-unreach";
    case Reason::port_unreach:
      return "port-unreach";
    case Reason::net_prohibited:
      return "net-prohibited";
    case Reason::host_prohibited:
      return "host-prohibited";
    case Reason::admin_prohibited:
    case Reason::policy_failed:  // nmap 7.93 tells ICMPv6 code 5 so
      return "admin-prohibited";
    case Reason::time_exceeded:
      return "time-exceeded";
    case Reason::param_problem:
      return "param-problem";
    case Reason::no_route:
      return "no-route";
    case Reason::beyond_scope:
      return "beyond-scope";
    case Reason::reject_route:
      return "reject-route";
    case Reason::dest_unreach:
      return "dest-unreach";
  }
  return "unknown-response";
}

}  // namespace portolan::model
