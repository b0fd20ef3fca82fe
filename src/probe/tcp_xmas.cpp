// FIN, PSH and URG, lit like a Christmas tree. Ports take it for the FIN that it is (tcp_fin); filters that look for
// one of the usual combinations do not know it.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

constexpr std::uint8_t flags = wire::fin | wire::psh | wire::urg;

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, flags, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  return judge_silence_of_open(attempt, flags, packet);
}

}  // namespace

constinit const Probe tcp_xmas{
    .name = "tcp-xmas",
    .scan_type = "xmas",
    .task = "XMAS Scan",
    .scan_option = {"-sX", "TCP FIN, PSH and URG together; open ports stay silent to it"},
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
