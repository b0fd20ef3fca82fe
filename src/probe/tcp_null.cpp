// A segment without any flag, which no connection ever has. A closed port resets it, a listener drops it (RFC 9293
// §3.10.7.1 and §3.10.7.2: neither RST nor ACK nor SYN). Who resets a FIN on every port resets this as well (tcp_fin).
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

constinit const Probe tcp_null = where_closed_answers<0>({
    .name = "tcp-null",
    .scan_type = "null",
    .task = "NULL Scan",
    .scan_option = {"-sN", "TCP without any flag; open ports stay silent to it"},
});

}  // namespace portolan::probe
