// From facts about one port to what is said of it. Pure.
#pragma once

#include <optional>

#include "audit/verdict.h"

namespace portolan::audit {

// nullopt where there is nothing to say: nobody listens, and nothing gets in.
std::optional<Judgement> judge(const Facts& facts);

}  // namespace portolan::audit
