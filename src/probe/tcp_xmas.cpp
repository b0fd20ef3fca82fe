// FIN, PSH and URG, lit like a Christmas tree. Ports take it for the FIN that it is (tcp_fin); filters that look for
// one of the usual combinations do not know it.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

constexpr std::uint8_t fin_psh_urg = wire::fin | wire::psh | wire::urg;

constinit const Probe tcp_xmas = where_closed_answers<fin_psh_urg>({
    .name = "tcp-xmas",
    .scan_type = "xmas",
    .task = "XMAS Scan",
    .scan_option = {"-sX", "TCP FIN, PSH and URG together; open ports stay silent to it"},
});

}  // namespace portolan::probe
