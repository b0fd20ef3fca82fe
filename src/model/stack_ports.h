// Open ports of one address by the stacks that answer there. Pure.
#pragma once

#include <vector>

#include "model/system.h"
#include "net/port.h"

namespace portolan::model {

// Answers to the port scan's own SYNs are alike on all ports of one stack but for their windows, which belong to
// sockets. The largest group comes first, of equal ones that with the lowest port; ports ascend.
std::vector<std::vector<net::Port>> ports_by_stack(const std::vector<StackAnswer>& answers);

}  // namespace portolan::model
