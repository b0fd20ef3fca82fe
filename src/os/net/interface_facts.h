// What netstat -i tells of the network interfaces of this machine, asked of the kernel.
#pragma once

#include <vector>

#include "base/result.h"
#include "netstat/interface_facts.h"

namespace portolan::os {

// Every interface of the network namespace that the caller is in, and every label of an IPv4 address that is not the
// name of its interface ("eth0:1"). Errc::io where the kernel does not say.
Result<std::vector<netstat::InterfaceFacts>> list_interface_facts();

}  // namespace portolan::os
