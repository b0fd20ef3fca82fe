// What a filter may name and only this machine knows: services, hosts, interfaces, control groups, users.
#pragma once

#include <string>

#include "base/result.h"
#include "os/file_descriptor.h"
#include "sockets/filter/filter.h"

namespace portolan::os {

// Nothing is read or asked before a filter names it. Interfaces and the range of ports are those of the network
// namespace that the caller is in.
sockets::FilterNames filter_names();
// Those of the one that `which` names, as open_network_namespace() takes it. Its errors.
Result<sockets::FilterNames> filter_names_in(const std::string& which);
// For a filter over all of them: an interface is known that is in any. Each namespace then needs the filter anew, with
// the names below, because the number differs.
sockets::FilterNames filter_names_anywhere();
// Those of one of many. An interface that it does not have gets a number that nothing has.
Result<sockets::FilterNames> filter_names_among(const FileDescriptor& network_namespace);

}  // namespace portolan::os
