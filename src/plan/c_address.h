// IPv4 addresses as C writes numbers, which inet_aton(3) and with it every resolver takes: 10.1 is 10.0.0.1, 0x7f.1 is
// 127.0.0.1, 010.1 is 8.0.0.1. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "net/ip_address.h"

namespace portolan::plan {

// One to four numbers, the last of which fills what is left of the address. nullopt for whatever else.
std::optional<net::IpAddress> c_address(std::string_view text);

}  // namespace portolan::plan
