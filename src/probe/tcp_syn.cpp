// Ask for a connection, judge by the first answer, never finish the handshake: the kernel, which
// knows of no such connection, resets what comes back.
#include "probe/tcp_syn.h"

#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

using model::PortState;
using model::Reason;

std::size_t build_syn(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, wire::syn, out); }

std::optional<Verdict> judge_syn(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  const std::uint32_t data = static_cast<std::uint32_t>(attempt.dress.data.size());
  const bool usual = flags_of(attempt, wire::syn) == wire::syn && data == 0;
  if (!usual && is_reset_of(attempt, wire::syn, *tcp)) return Verdict{PortState::closed, Reason::reset, true};
  // A SYN occupies one sequence number (RFC 9293 §3.4), so a genuine answer acknowledges ours plus
  // one, or some of the data that the user wants behind it. Anything else is stale or forged, and says
  // nothing about this port. A bare SYN back (simultaneous open, §3.5) carries no acknowledgement and
  // therefore no proof.
  if (!tcp->ack || tcp->acknowledgement - (attempt.cookie + 1) > data) return std::nullopt;
  if (tcp->rst) return Verdict{PortState::closed, Reason::reset, true};
  if (tcp->syn) return Verdict{PortState::open, Reason::syn_ack, true};
  return std::nullopt;
}

constinit const Probe tcp_syn{
    .name = "tcp-syn",
    .scan_type = "syn",
    .task = "SYN Stealth Scan",
    .scan_option = {"-sS", "half-open TCP scan; needs CAP_NET_RAW, and is the default with it"},
    .discovery_option = {"-PS", "ask by TCP SYN to these ports (80 where none are given)"},
    .asks = Asks::tcp_ports,
    .hears = hears_tcp,
    .ether_type = ip_ether_type,
    .build = build_syn,
    .subject = tcp_subject,
    .judge = judge_syn,
    .on_silence = silence_is_filtered,
    .answer = answer_segment,
};

}  // namespace portolan::probe
