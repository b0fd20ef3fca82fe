// What a filter may name and only this machine knows: services, hosts, interfaces, control groups, users.
#pragma once

#include "sockets/filter/filter.h"

namespace portolan::os {

// Nothing is read or asked before a filter names it.
sockets::FilterNames filter_names();

}  // namespace portolan::os
