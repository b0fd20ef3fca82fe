// Service names as people type them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace portolan::catalog {

// IANA's name for what people call differently: "dns" is registered as "domain". Any other name is its own.
std::string_view registered_name_of(std::string_view name);

// What scanners and their users call what is spoken at a port, where that is another name than the registered one, and
// has been for so long that programs look for it: "rpcbind" for 111, "vnc" for 5900. "" where it is not.
std::string_view scanners_name_of(net::Protocol protocol, net::Port port);

// At most `most` registered names that are like `name`, the closest first; none where nothing is.
std::vector<std::string_view> names_like(std::string_view name, const Services& services, std::size_t most = 3);

// "no service is registered as 'sssh'; the closest names are ssh, rssh": Errc::parse.
Error unknown_service(std::string_view name, const Services& services);

}  // namespace portolan::catalog
