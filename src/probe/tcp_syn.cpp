// Ask for a connection, judge by the first answer, never finish the handshake: the kernel, which
// knows of no such connection, resets what comes back.
#include "probe/tcp_syn.h"

#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

std::optional<Verdict> judge_segment(const Attempt& attempt, const wire::TcpSegment& tcp) {
  // A SYN occupies one sequence number (RFC 9293 §3.4), so a genuine answer acknowledges ours plus
  // one. Anything else is stale or forged, and says nothing about this port. A bare SYN back
  // (simultaneous open, §3.5) carries no acknowledgement and therefore no proof.
  if (!tcp.ack || tcp.acknowledgement != attempt.cookie + 1) return std::nullopt;
  if (tcp.rst) return Verdict{PortState::closed, Reason::reset, true};
  if (tcp.syn) return Verdict{PortState::open, Reason::syn_ack, true};
  return std::nullopt;
}

}  // namespace

std::size_t build_syn(const Attempt& attempt, wire::Buffer out) {
  return wire::build_tcp({.source = attempt.path.source,
                          .destination = attempt.target,
                          .source_port = net::Port{attempt.tag},
                          .destination_port = attempt.port,
                          .sequence = attempt.cookie,
                          .acknowledgement = 0,
                          .flags = wire::syn},
                         out);
}

std::optional<Verdict> judge_syn(const Attempt& attempt, const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) return judge_segment(attempt, *tcp);
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    return judge_tcp_error(attempt, packet, *error);
  }
  return std::nullopt;
}

constinit const Probe tcp_syn{
    .name = "tcp-syn",
    .summary = "half-open TCP scan; needs raw sockets",
    .scan_type = "syn",
    .task = "SYN Stealth Scan",
    .protocol = net::Protocol::tcp,
    .has_tag = true,
    .ether_type = ip_ether_type,
    .build = build_syn,
    .subject = tcp_subject,
    .judge = judge_syn,
    .on_silence = {PortState::filtered, Reason::no_response, false},
};

}  // namespace portolan::probe
