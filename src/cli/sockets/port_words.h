// The operands of `portolan ports`. Pure.
#pragma once

#include "base/result.h"
#include "catalog/catalog.h"
#include "cli/sockets/listing.h"
#include "sockets/port_survey.h"

namespace portolan::cli {

// Which ports of which protocols the words ask for: of those that were chosen, else TCP and UDP; what is registered for
// SCTP alone is found without --sctp. Errc::parse with one sentence; for a name that is not known, with those like it.
Result<sockets::PortChoice> choose_ports(const ListingOptions& words, const catalog::Services& services);

}  // namespace portolan::cli
