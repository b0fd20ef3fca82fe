// An explanation for programs: a stream of JSON without a word of any language. Pure.
#pragma once

#include <string>

#include "explain/story.h"
#include "explain/texts.h"

namespace portolan::explain {

// docs/explain.schema.json states its form.
std::string json_of(const Story& story, const Facts& facts);
std::string json_schema();

}  // namespace portolan::explain
