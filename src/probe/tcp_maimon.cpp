// FIN and ACK, named after Uriel Maimon, who described it in Phrack 49 (1996): RFC 9293 §3.10.7 has both listening and
// closed ports reset what acknowledges nothing of theirs, but listeners of some BSD systems drop it. Elsewhere every
// port looks closed.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

constexpr std::uint8_t flags = wire::fin | wire::ack;

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, flags, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  return judge_silence_of_open(attempt, flags, packet);
}

}  // namespace

constinit const Probe tcp_maimon{
    .name = "tcp-maimon",
    .scan_type = "maimon",
    .task = "Maimon Scan",
    .scan_option = {"-sM", "TCP FIN and ACK; open ports of some BSD systems stay silent to it"},
    .asks = Asks::tcp_ports,
    .hears = hears_tcp,
    .open_answers = false,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = silence_may_be_open,
    .answer = answer_segment,
};

}  // namespace portolan::probe
