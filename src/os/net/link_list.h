// The interfaces of this machine with their addresses, and its routes, for who wants to look at them.
#pragma once

#include "base/result.h"
#include "report/link_list.h"

namespace portolan::os {

// Of the network namespace that the caller is in: routes of the main tables, and what the kernel keeps of this
// machine's own addresses. Errc::io where the kernel does not tell.
Result<report::LinkList> list_links();

}  // namespace portolan::os
