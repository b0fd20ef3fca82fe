// A segment without any flag, which no connection ever has. A closed port resets it, a listener drops it (RFC 9293
// §3.10.7.1 and §3.10.7.2: neither RST nor ACK nor SYN). Who resets a FIN on every port resets this as well (tcp_fin).
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

constexpr std::uint8_t flags = 0;

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, flags, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  return judge_silence_of_open(attempt, flags, packet);
}

}  // namespace

constinit const Probe tcp_null{
    .name = "tcp-null",
    .scan_type = "null",
    .task = "NULL Scan",
    .scan_option = {"-sN", "TCP without any flag; open ports stay silent to it"},
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
