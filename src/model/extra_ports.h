// Counting of ports that are not listed by themselves.
#pragma once

#include <vector>

#include "model/record.h"

namespace portolan::model {

// Adds a port to the count of its state, reason and protocol.
void count(std::vector<ExtraPorts>& extra, PortState state, Reason reason, net::Protocol protocol, net::Port port);
// Brings counts into the order that records have: the largest first, equal ones as they were.
void sort_by_count(std::vector<ExtraPorts>& extra);

}  // namespace portolan::model
