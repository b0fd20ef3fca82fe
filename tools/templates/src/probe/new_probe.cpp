// What is asked, who answers it, and by which paragraph of which RFC. Here: an ACK out of the blue, which a host that
// is there resets, whether the port is open or not (RFC 9293 §3.10.7.1).
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

// The cookie stands where a genuine answer gives it back.
std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, wire::ack, out); }

// Nothing for what is stale, forged or somebody else's.
std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  if (!tcp->rst || tcp->sequence != attempt.cookie) return std::nullopt;
  return Verdict{.state = model::PortState::unfiltered, .reason = model::Reason::reset, .host_is_up = true};
}

}  // namespace

// With a scan_option {"-sX", "what --help says"} (and a scan_type) or a discovery_option it can be asked for on the
// command line; docs/scan.md then names it.
constinit const Probe new_probe{
    .name = "new-probe",
    .task = "NewProbe Scan",
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
