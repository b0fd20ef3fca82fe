// What filters the packets to a host, by what was seen of it: one reading for each thing, with its evidence in words.
// Products are never named. Pure.
#pragma once

#include <vector>

#include "identify/filters/facts.h"
#include "model/filter.h"
#include "model/record.h"

namespace portolan::identify {

// None where everything answered as ports without a filter do. In the order in which they are told.
std::vector<model::FilterReading> filter_readings(const FilterFacts& facts);

// Puts readings and distance into the host's `filter`, which it has, in the place of the answers. Where nothing was
// seen at all it has none then: that is not the same as that no filter was seen.
void judge_filter(model::HostRecord& host);

}  // namespace portolan::identify
