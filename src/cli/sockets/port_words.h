// The operands of `portolan ports`. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/sockets/listing.h"
#include "net/port.h"
#include "net/port_set.h"
#include "sockets/port_survey.h"

namespace portolan::cli {

// Which ports of which protocols the words ask for: of those that were chosen, else TCP and UDP; what is registered for
// SCTP alone is found without --sctp. Errc::parse with one sentence; for a name that is not known, with those like it.
// `system_port` is what the system itself calls a port by, which goes before the registry; may be empty.
using SystemPort = std::function<std::optional<net::Port>(net::Protocol protocol, std::string_view service)>;
Result<sockets::PortChoice> choose_ports(const ListingOptions& words, const catalog::Services& services,
                                         const SystemPort& system_port = {});

}  // namespace portolan::cli
