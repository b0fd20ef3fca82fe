// Open ports of one address by the stacks that answer there: where a port is forwarded, there are two. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/system.h"
#include "net/port.h"

namespace portolan::identify {

// Answers to the port scan's own SYNs, which are alike on all ports of one stack but for their windows: those belong
// to sockets. The largest group comes first, of equal ones that with the lowest port; ports ascend.
std::vector<std::vector<net::Port>> by_stack(std::span<const model::StackAnswer> scanned);

// All of what is known of a host, judged: a stack for each group of ports. `told`: the family that services name, ""
// where none does, or where they do not agree.
void judge_system(model::SystemRecord& system, bool hardly_likely, const std::string& told);

}  // namespace portolan::identify
