#include "cli/netstat/netstat_machine.h"

#include "os/kernel_file.h"
#include "os/net/interface_facts.h"

namespace portolan::cli {

netstat::Machine netstat_machine(os::SystemNames& names) {
  return {.read = os::read_kernel_file,
          .interfaces = os::list_interface_facts,
          .host = [&names](const net::IpAddress& address) { return names.host(address); },
          .network = [&names](const net::IpAddress& address) { return names.network(address); },
          .service = [&names](std::string_view protocol, std::uint16_t port) { return names.service(protocol, port); }};
}

}  // namespace portolan::cli
