// Suggestions for mistyped words, as base/ makes them.
#pragma once

#include "base/suggest.h"

namespace portolan::cli {

using portolan::closest;
using portolan::edit_distance;

}  // namespace portolan::cli
