// FIN, PSH and URG, lit like a Christmas tree. Ports take it for the FIN that it is (tcp_fin); filters that look for
// one of the usual combinations do not know it.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {

constinit const Probe tcp_xmas = where_closed_answers < wire::fin | wire::psh |
                                 wire::urg >
                                     ({
                                         .name = "tcp-xmas",
                                         .scan_type = "xmas",
                                         .task = "XMAS Scan",
                                         .scan_option = {"-sX",
                                                         "TCP FIN, PSH and URG together; open ports stay silent to it"},
                                     });

}  // namespace portolan::probe
