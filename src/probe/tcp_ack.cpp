// An ACK out of the blue: a host that is there resets it, whether the port is open or not
// (RFC 9293 §3.10.7.1). Used to find hosts behind filters that stop only SYNs.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  // The reset carries our acknowledgement number as its sequence number; an ICMP error quotes our
  // sequence number. The cookie stands in both.
  return wire::build_tcp({.source = attempt.path.source,
                          .destination = attempt.target,
                          .source_port = net::Port{attempt.tag},
                          .destination_port = attempt.port,
                          .sequence = attempt.cookie,
                          .acknowledgement = attempt.cookie,
                          .flags = wire::ack},
                         out);
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    if (!tcp->rst || tcp->sequence != attempt.cookie) return std::nullopt;
    return Verdict{model::PortState::unfiltered, model::Reason::reset, true};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    return judge_tcp_error(attempt, packet, *error);
  }
  return std::nullopt;
}

}  // namespace

constinit const Probe tcp_ack{
    .name = "tcp-ack",
    .summary = "TCP ACK; finds hosts and stateless filters",
    .scan_type = "ack",
    .task = "ACK Scan",
    .protocol = net::Protocol::tcp,
    .has_tag = true,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = {model::PortState::filtered, model::Reason::no_response, false},
};

}  // namespace portolan::probe
