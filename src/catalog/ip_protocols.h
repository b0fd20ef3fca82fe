// IP protocol numbers, which stand where ports do where protocols are asked: what IANA's registry "Assigned Internet
// Protocol Numbers" says of those up to 145 and of the two for experiments. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "net/port.h"
#include "net/port_set.h"

namespace portolan::catalog {

inline constexpr std::uint16_t highest_ip_protocol = 255;

// The registry's keyword in lower case, without what it says beside it ("argus" for "ARGUS (deprecated)"); "" where
// there is none.
std::string_view ip_protocol_name(net::Port number);

// Those that are assigned, with a keyword or without.
net::PortSet assigned_ip_protocols();

// Those that hosts speak most, the most usual first.
std::span<const net::Port> usual_ip_protocols();

}  // namespace portolan::catalog
