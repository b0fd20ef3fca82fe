// FIN and ACK, named after Uriel Maimon, who described it in Phrack 49 (1996): RFC 9293 §3.10.7 has both listening and
// closed ports reset what acknowledges nothing of theirs, but listeners of some BSD systems drop it. Elsewhere every
// port looks closed.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

constexpr std::uint8_t fin_ack = wire::fin | wire::ack;

constinit const Probe tcp_maimon = where_closed_answers<fin_ack>({
    .name = "tcp-maimon",
    .scan_type = "maimon",
    .task = "Maimon Scan",
    .scan_option = {"-sM", "TCP FIN and ACK; open ports of some BSD systems stay silent to it"},
});

}  // namespace portolan::probe
