// The SYN and how its answers are judged, shared by the half-open and the connect technique.
#pragma once

#include <optional>

#include "probe/probe.h"

namespace portolan::probe {

std::size_t build_syn(const Attempt& attempt, wire::Buffer out);
std::optional<Verdict> judge_syn(const Attempt& attempt, const wire::Packet& packet);

}  // namespace portolan::probe
