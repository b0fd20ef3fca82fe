// An ACK (tcp_ack), whose reset is looked at more closely: some systems give it the window of the listener, so that it
// is not zero where the port is open. Linux and most others send zero for either.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

constexpr std::uint8_t flags = wire::ack;

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_segment(attempt, flags, out); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  if (!is_reset_of(attempt, flags, *tcp)) return std::nullopt;
  return Verdict{tcp->window == 0 ? model::PortState::closed : model::PortState::open, model::Reason::reset, true};
}

}  // namespace

constinit const Probe tcp_window{
    .name = "tcp-window",
    .scan_type = "window",
    .task = "Window Scan",
    .scan_option = {"-sW", "TCP ACK, told open by the window of the reset; few systems give it away"},
    .asks = Asks::tcp_ports,
    .hears = hears_tcp,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer_segment,
};

}  // namespace portolan::probe
