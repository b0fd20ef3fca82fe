// An ACK out of the blue: a host that is there resets it, whether the port is open or not
// (RFC 9293 §3.10.7.1). It finds hosts behind filters that stop only SYNs, and tells which ports a filter lets through:
// one that keeps track of connections knows of none that this belongs to.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

// The reset carries our acknowledgement number as its sequence number; an ICMP error quotes our
// sequence number. The cookie stands in both.
std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, wire::ack, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  if (!is_reset_of(attempt, wire::ack, *tcp)) return std::nullopt;
  return Verdict{model::PortState::unfiltered, model::Reason::reset, true};
}

}  // namespace

constinit const Probe tcp_ack{
    .name = "tcp-ack",
    .scan_type = "ack",
    .task = "ACK Scan",
    .scan_option = {"-sA", "TCP ACK: which ports a firewall lets through, open or not"},
    .discovery_option = {"-PA", "ask by TCP ACK to these ports (80 where none are given)"},
    .asks = Asks::tcp_ports,
    .hears = hears_tcp,
    .open_answers = false,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer_segment,
};

}  // namespace portolan::probe
