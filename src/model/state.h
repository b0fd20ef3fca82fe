// What can be said about a port or a host, with nmap's meanings and names.
#pragma once

#include <cstdint>
#include <string_view>

namespace portolan::model {

enum class PortState : std::uint8_t { open, closed, filtered, unfiltered, open_filtered, closed_filtered };
enum class HostState : std::uint8_t { up, down, unknown };

// Why. Spelled in output as nmap spells it (`syn-ack`, `no-response` ...).
enum class Reason : std::uint8_t {
  none,
  syn_ack,
  reset,
  conn_refused,
  udp_response,
  proto_response,  // of an IP protocol that is asked
  init_ack,        // SCTP
  abort,           // SCTP
  no_response,
  echo_reply,
  timestamp_reply,
  address_mask_reply,
  arp_response,
  nd_response,
  localhost_response,
  user_set,
  net_unreach,
  host_unreach,
  proto_unreach,
  port_unreach,
  net_prohibited,
  host_prohibited,
  admin_prohibited,
  time_exceeded,
  param_problem,  // over IPv6 also: the host knows no such protocol (RFC 8200 §4)
  no_route,       // ICMPv6 code 0, or: this machine has no route
  beyond_scope,   // ICMPv6 code 2
  addr_unreach,   // ICMPv6 code 3
  policy_failed,  // ICMPv6 code 5
  reject_route,   // ICMPv6 code 6
  dest_unreach,   // any other ICMP unreachable
};

std::string_view name_of(PortState state);  // "open", "open|filtered" ...
std::string_view name_of(HostState state);  // "up", "down", "unknown"
// "syn-ack" ... nmap 7.93 keeps this singular whatever the count: "Not shown: 995 closed tcp ports
// (reset)". "unknown-response" for Reason::none.
std::string_view name_of(Reason reason);

}  // namespace portolan::model
