// What is known of a service beyond what its reader says. Pure.
#pragma once

#include "model/service.h"

namespace portolan::identify {

// Of a record whose reader is through: what a distribution put behind the version goes to `extra`, and product and
// system get their CPE names.
void refine(model::ServiceRecord& record);

}  // namespace portolan::identify
