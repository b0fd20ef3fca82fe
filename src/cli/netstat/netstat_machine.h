// What netstat's views ask of the machine, answered by os/.
#pragma once

#include "netstat/views.h"
#include "os/names/system_names.h"

namespace portolan::cli {

// `names` outlives the result.
netstat::Machine netstat_machine(os::SystemNames& names);

}  // namespace portolan::cli
