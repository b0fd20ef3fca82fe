// What happened, drawn as a ladder between the two machines. Pure.
#pragma once

#include <string>
#include <vector>

#include "explain/steps.h"
#include "explain/story.h"

namespace portolan::explain {

// Nothing that is drawn or written is wider; what is longer is cut.
inline constexpr std::size_t page_width = 80;

// Lines with their line breaks, numbered as the steps are, from 1.
std::string ladder_of(const Story& story, const std::vector<Step>& steps);

}  // namespace portolan::explain
