// The program's own data files, read.
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"

namespace portolan::os {

// Names of services. Errors name the file.
Result<catalog::Services> read_services();

}  // namespace portolan::os
