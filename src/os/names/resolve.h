// Names to addresses, through the system's own resolver.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"

namespace portolan::os {

// Every address of `name`, each once, in the order of the system (RFC 6724: best first). Fits
// plan::Resolve. Waits for as long as the system does. Errc::unresolved where there is none.
Result<std::vector<net::IpAddress>> resolve(std::string_view name);

}  // namespace portolan::os
