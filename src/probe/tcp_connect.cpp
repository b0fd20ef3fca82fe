// The same question through the kernel's own connect(), for users who may not send raw packets. The
// connect link opens a socket for each question that it is handed and gives back the answer that the
// kernel must have seen, so only the names of the reasons differ from the SYN technique.
#include "probe/answer.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"
#include "probe/tcp_syn.h"

namespace portolan::probe {
namespace {

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  auto verdict = judge_syn(attempt, packet);
  if (verdict && verdict->reason == model::Reason::reset) verdict->reason = model::Reason::conn_refused;
  return verdict;
}

}  // namespace

constinit const Probe tcp_connect{
    .name = "tcp-connect",
    .scan_type = "connect",
    .task = "Connect Scan",
    .scan_option = {"-sT", "full TCP connections; needs no privileges, and is the default without them"},
    .asks = Asks::tcp_ports,
    .connects = true,
    .ether_type = ip_ether_type,
    .build = build_syn,
    .subject = tcp_subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer_segment,
};

}  // namespace portolan::probe
