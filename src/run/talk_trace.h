// What was said to a port and by it (identify/transcript.h), once that is over, and what came of it.
#pragma once

#include <functional>
#include <string_view>

#include "model/service.h"

namespace portolan::run {

using TalkTrace = std::function<void(std::string_view transcripts, const model::ServiceRecord& service)>;

}  // namespace portolan::run
