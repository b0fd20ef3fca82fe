// What was said to a UDP port and what came back, for whoever finds out who answers there: nothing is asked twice.
#pragma once

#include <cstddef>
#include <optional>

#include "model/service.h"
#include "probe/probe.h"
#include "wire/packet.h"

namespace portolan::probe {

// No more than this of a datagram is kept, in bytes: what one packet of an Ethernet carries.
inline constexpr std::size_t longest_kept = 1'500;

// `asked` and `answered` of a service of which nothing else is known yet. nullopt where no datagram came: a port is
// open by another sign, or of another protocol.
std::optional<model::ServiceRecord> kept_datagrams(const Probe& probe, const Attempt& attempt,
                                                   const wire::Packet& answer);

}  // namespace portolan::probe
