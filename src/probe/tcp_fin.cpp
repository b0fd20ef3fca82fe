// A FIN out of the blue. A closed port resets it, a listener drops it (RFC 9293 §3.10.7.1 and §3.10.7.2), and filters
// that look for SYNs alone let it pass. Windows and some devices reset it on every port: all of theirs look closed.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

constinit const Probe tcp_fin = where_closed_answers<wire::fin>({
    .name = "tcp-fin",
    .scan_type = "fin",
    .task = "FIN Scan",
    .scan_option = {"-sF", "TCP FIN, which passes filters that look for SYNs; open ports stay silent to it"},
});

}  // namespace portolan::probe
