// Who is on the links of this machine over IPv6, without asking every address of them: all nodes are pinged at once
// (RFC 4291 §2.7.1), multicast listener discovery has those speak up that do not answer that (RFC 3810), and the kernel
// knows some already.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/ip_address.h"

namespace portolan::os {

// Their addresses in ascending order, link-local ones with their zone; none of this machine's own. `links`: interfaces
// by name. Answers are waited for as long as `patience`, or until a signal comes (stop_signals.h).
// Errc::privilege without CAP_NET_RAW; Errc::limit where somebody answers under more than 65,536 addresses.
Result<std::vector<net::IpAddress>> neighbours_on(std::span<const std::string> links, Duration patience);

}  // namespace portolan::os
