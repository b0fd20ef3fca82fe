// Why nothing can be sent to a target, in one sentence and with its cause: Errc::unreachable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"

namespace portolan::os {

// `about` is the target's name and, where it is the cause, the interface's.
Error unreachable(std::string message, std::string cause, std::vector<std::string> about);

// For a question that the kernel answered with an error number.
Error no_route(const std::string& name, int error);

Error broadcast(const std::string& name);
// Any number of hosts may listen to it, and connect() refuses it.
Error multicast(const std::string& name);

// What leaves through a loopback interface comes in by it, and is dropped where the address is not this machine's
// (net/ipv4/route.c, ip_route_input_slow).
Error leads_home(const std::string& name, const std::string& interface);

// Why this target is not even asked for.
std::optional<Error> no_target(const net::IpAddress& target, bool interface_is_known);

// 0.0.0.0 and ::.
bool is_unspecified(const net::IpAddress& target);

}  // namespace portolan::os
