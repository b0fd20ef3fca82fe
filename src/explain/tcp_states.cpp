#include "explain/tcp_states.h"

#include "wire/build.h"

namespace portolan::explain {
namespace {

bool is_done(TcpState state) { return state == TcpState::closed || state == TcpState::time_wait; }

// Numbers go round (RFC 9293 §3.4).
bool covers(std::uint32_t acknowledged, std::uint32_t number) {
  return static_cast<std::int32_t>(acknowledged - number) >= 0;
}

}  // namespace

std::string_view name_of(TcpState state) {
  switch (state) {
    case TcpState::closed:
      return "CLOSED";
    case TcpState::syn_sent:
      return "SYN-SENT";
    case TcpState::syn_received:
      return "SYN-RECEIVED";
    case TcpState::established:
      return "ESTABLISHED";
    case TcpState::fin_wait_1:
      return "FIN-WAIT-1";
    case TcpState::fin_wait_2:
      return "FIN-WAIT-2";
    case TcpState::close_wait:
      return "CLOSE-WAIT";
    case TcpState::closing:
      return "CLOSING";
    case TcpState::last_ack:
      return "LAST-ACK";
    case TcpState::time_wait:
      return "TIME-WAIT";
    case TcpState::unknown:
      break;
  }
  return "";
}

// Of the other side nothing is known until it speaks: whether it listens, a SYN does not tell.
void TcpStates::shake_hands(Side& sender, Side& receiver, std::uint8_t flags) {
  if ((flags & wire::ack) == 0) {
    if (sender.state == TcpState::unknown) sender.state = TcpState::syn_sent;
    return;
  }
  if (sender.state == TcpState::unknown) sender.state = TcpState::syn_received;
  if (receiver.state == TcpState::syn_sent) receiver.state = TcpState::established;
}

void TcpStates::acknowledge(Side& sender, Side& receiver, std::uint32_t number) {
  if (receiver.state == TcpState::syn_received && sender.state == TcpState::established) {
    receiver.state = TcpState::established;
  }
  if (!receiver.behind_fin || !covers(number, *receiver.behind_fin)) return;
  if (receiver.state == TcpState::fin_wait_1) receiver.state = TcpState::fin_wait_2;
  if (receiver.state == TcpState::closing) receiver.state = TcpState::time_wait;
  if (receiver.state == TcpState::last_ack) receiver.state = TcpState::closed;
}

void TcpStates::finish(Side& sender, Side& receiver, std::uint32_t behind) {
  if (sender.behind_fin) return;
  sender.behind_fin = behind;
  if (receiver.state == TcpState::fin_wait_1) {
    // What came with this FIN would have acknowledged the other one, had it been known: both have said it at once.
    sender.state = receiver.state = TcpState::closing;
    return;
  }
  if (sender.state == TcpState::established) sender.state = TcpState::fin_wait_1;
  if (sender.state == TcpState::close_wait) sender.state = TcpState::last_ack;
  if (receiver.state == TcpState::established) receiver.state = TcpState::close_wait;
  if (receiver.state == TcpState::fin_wait_2) receiver.state = TcpState::time_wait;
}

void TcpStates::hear(const Segment& segment) {
  Side& sender = segment.ours ? here_ : there_;
  Side& receiver = segment.ours ? there_ : here_;
  if ((segment.flags & wire::rst) != 0) {
    // What has ended in order needs none, and what waits in TIME-WAIT does not care (RFC 1337).
    if (!is_over()) sender.state = receiver.state = TcpState::closed;
    return;
  }
  if ((segment.flags & wire::syn) != 0) {
    shake_hands(sender, receiver, segment.flags);
    return;
  }
  if ((segment.flags & wire::ack) != 0) acknowledge(sender, receiver, segment.acknowledgement);
  if ((segment.flags & wire::fin) != 0) {
    finish(sender, receiver, segment.sequence + static_cast<std::uint32_t>(segment.length) + 1);
  }
}

bool TcpStates::is_over() const { return is_done(here_.state) && is_done(there_.state); }

}  // namespace portolan::explain
