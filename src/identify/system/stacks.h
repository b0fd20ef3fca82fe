// What systems there are behind one address: where a port is forwarded, there are two. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/system.h"

namespace portolan::identify {

// The family of system_classes() that a service means by what it calls its system; "" where that is none of them, and
// tells nothing.
std::string_view family_named(std::string_view system);

// All of what is known of a host, judged: a stack for each group of ports. `told`: the family that services name, ""
// where none does, or where they do not agree.
void judge_system(model::SystemRecord& system, bool hardly_likely, const std::string& told);

}  // namespace portolan::identify
