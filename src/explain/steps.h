// The packets of a story, read: what stands on the rungs of the ladder, and which sentence says what each means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "explain/story.h"
#include "explain/tcp_states.h"

namespace portolan::explain {

// What a packet means in the story it belongs to.
enum class Meaning : std::uint8_t {
  syn,
  syn_ack,
  refusing_reset,       // to a SYN
  kernel_resets,        // this machine's kernel, to a SYN-ACK that it knows nothing of
  kernel_acknowledges,  // this machine's kernel ends the handshake that connect() began
  kernel_hangs_up,      // and closes the connection by a reset
  lone_ack,
  window_ack,  // the same, asked for the sake of the window
  odd_flags,   // FIN, null, Xmas
  maimon_flags,
  reset_to_ack,
  reset_with_window,
  reset_to_odd_flags,
  reset_to_maimon_flags,
  datagram,
  datagram_back,
  port_unreachable,  // from the host itself
  prohibited,        // a filter says no
  unreachable,       // a router, or the host, says that it goes no further
  time_exceeded,
  parameter_problem,
  protocol_question,     // a packet of an IP protocol that has neither ports nor messages here
  protocol_answer,       // one of the same protocol
  protocol_unreachable,  // the host itself does not know the protocol
  echo_request,
  echo_reply,
  timestamp_request,
  timestamp_reply,
  mask_request,
  mask_reply,
  arp_request,
  arp_reply,
  solicitation,
  advertisement,
  next_hop,  // a router on the way tells its hardware address
  init,
  init_ack,
  abort,
  cookie_echo,
  acknowledges,   // an ACK alone, within a connection
  our_words,      // bytes of this machine's
  first_words,    // the first bytes of the other side's
  more_words,     // what follows them
  last_words,     // bytes of the other side's with its FIN
  says_end,       // the first FIN
  ends_too,       // the other one
  reset_by_them,  // of a connection that there was
  reset_by_us,
  kept,  // this machine refused to send it
  other,
};
std::string_view name_of(Meaning meaning);  // "syn-ack": for records

struct Step {
  std::optional<Duration> at = {};        // nullopt: nobody saw when
  bool ours = false;                      // sent by this machine
  bool seen = true;                       // false: nobody saw it, it follows from the rest
  bool again = false;                     // the same has been sent before
  bool kept = false;                      // this machine refused to send it
  std::string label = {};                 // "SYN, ACK"
  std::vector<std::string> details = {};  // "ttl 64"; none for what nobody saw
  std::string words = {};                 // the first line of what it carries, escaped; "" where that is not shown
  Meaning meaning = Meaning::other;
  std::uint8_t ttl = 0;                         // 0: not known, or none
  std::optional<net::Port> port = {};           // of the other end, where there is one; or IP protocol
  net::Protocol protocol = net::Protocol::tcp;  // that the port is one of; ip where it is a protocol itself
  std::optional<net::IpAddress> sender = {};    // of an answer that is not the target's own
  // Of both ends once it has arrived; unknown but where the connection is shown.
  TcpState here = TcpState::unknown;
  TcpState there = TcpState::unknown;
};

std::vector<Step> steps_of(const Story& story);

}  // namespace portolan::explain
