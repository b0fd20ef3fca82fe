// A FIN out of the blue. A closed port resets it, a listener drops it (RFC 9293 §3.10.7.1 and §3.10.7.2), and filters
// that look for SYNs alone let it pass. Windows and some devices reset it on every port: all of theirs look closed.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, wire::fin, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  // A FIN occupies one sequence number, so a genuine reset acknowledges ours plus one. Some systems acknowledge what
  // they would have waited for instead, which is ours.
  const std::uint32_t beyond = tcp->acknowledgement - attempt.cookie;
  if (!tcp->rst || !tcp->ack || beyond > 1) return std::nullopt;
  return Verdict{model::PortState::closed, model::Reason::reset, true};
}

}  // namespace

constinit const Probe tcp_fin{
    .name = "tcp-fin",
    .scan_type = "fin",
    .task = "FIN Scan",
    .scan_option = {"-sF", "TCP FIN, which passes filters that look for SYNs; open ports stay silent to it"},
    .asks = Asks::tcp_ports,
    .hears = hears_tcp,
    .open_answers = false,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = {.state = model::PortState::open_filtered, .reason = model::Reason::no_response},
    .answer = answer_segment,
};

}  // namespace portolan::probe
