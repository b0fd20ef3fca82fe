#include "probe/tcp_answer.h"

#include "probe/answer.h"

namespace portolan::probe {

std::uint8_t flags_of(const Attempt& attempt, std::uint8_t usual) { return attempt.dress.tcp_flags.value_or(usual); }

std::uint32_t sequence_length(const Attempt& attempt, std::uint8_t flags) {
  return static_cast<std::uint32_t>(attempt.dress.data.size()) + ((flags & wire::syn) != 0 ? 1 : 0) +
         ((flags & wire::fin) != 0 ? 1 : 0);
}

std::size_t build_segment(const Attempt& attempt, std::uint8_t usual, wire::Buffer out) {
  const std::uint8_t flags = flags_of(attempt, usual);
  return wire::build_tcp({.source = attempt.path.source,
                          .destination = attempt.target,
                          .source_port = net::Port{attempt.tag},
                          .destination_port = attempt.port,
                          .sequence = attempt.cookie,
                          .acknowledgement = (flags & wire::ack) != 0 ? attempt.cookie : 0,
                          .flags = flags,
                          .dress = attempt.dress},
                         out);
}

std::optional<Subject> tcp_subject(const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    return Subject{packet.source, tcp->source, tcp->destination.value()};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr && error->quoted_protocol == wire::protocol_tcp) {
    return Subject{error->quoted_destination, net::Port{error->quoted_u16(2)}, error->quoted_u16(0)};
  }
  return std::nullopt;
}

std::optional<Verdict> judge_tcp_error(const Attempt& attempt, const wire::Packet& packet) {
  // RFC 792 promises the first eight bytes of what we sent: ports and sequence number.
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr || error->quoted_u32(4) != attempt.cookie) return std::nullopt;
  return filtered_by(attempt, packet, *error);
}

bool is_reset_of(const Attempt& attempt, std::uint8_t usual, const wire::TcpSegment& answer) {
  if (!answer.rst) return false;
  const std::uint8_t flags = flags_of(attempt, usual);
  if ((flags & wire::ack) != 0) return answer.sequence == attempt.cookie;
  return answer.ack && answer.acknowledgement - attempt.cookie <= sequence_length(attempt, flags);
}

std::optional<Verdict> judge_where_closed_answers(const Attempt& attempt, std::uint8_t flags,
                                                  const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  if (!is_reset_of(attempt, flags, *tcp)) return std::nullopt;
  return Verdict{model::PortState::closed, model::Reason::reset, true};
}

std::size_t answer_segment(const Asked& asked, wire::Buffer out) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&asked.packet.content);
  if (tcp == nullptr || tcp->rst) return 0;
  wire::TcpFields back{.source = asked.packet.destination,
                       .destination = asked.packet.source,
                       .source_port = tcp->destination,
                       .destination_port = tcp->source};
  if (tcp->ack) {
    back.sequence = tcp->acknowledgement;
    back.flags = wire::rst;
  } else if (!asked.open) {
    // What a segment takes of the sequence space: its SYN and its FIN, as if it carried no data.
    back.acknowledgement = tcp->sequence + (tcp->syn ? 1 : 0) + (tcp->fin ? 1 : 0);
    back.flags = wire::rst | wire::ack;
  } else if (tcp->syn && !tcp->fin) {  // with FIN it is nothing that Linux would take up (tcp_rcv_state_process)
    back.sequence = ~tcp->sequence;    // any number will do
    back.acknowledgement = tcp->sequence + 1;
    back.flags = wire::syn | wire::ack;
  } else {
    return 0;  // a listener drops what is neither SYN, ACK nor RST
  }
  return wire::build_tcp(back, out);
}

}  // namespace portolan::probe
