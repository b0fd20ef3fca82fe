// Which ports a scan asks. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "cli/scan/scan_options.h"
#include "net/port_set.h"
#include "plan/port_expression.h"
#include "probe/probe.h"

namespace portolan::cli {

// Of one protocol: those that -p names (`named`), the most common ones, or the most common of those. IP protocols are
// all asked unless told otherwise, because there are few.
net::PortSet wanted_ports(const ScanOptions& options, const std::optional<plan::PortPlan>& named,
                          net::Protocol protocol, const catalog::Services& services);

// What sentences about them say: "TCP", and whether its numbers are called "port" or "protocol".
std::string protocol_name(probe::Asks asks);
std::string_view numbered(probe::Asks asks);
plan::PortLanguage language_of(probe::Asks asks);
// Nothing in the list is of what is asked: the sentence without the option.
std::string names_none(std::string_view list, probe::Asks asks);
// -p names ports of this protocol alone, and nothing asks them: the sentence says what would. `beside_others`: the line
// names techniques, with which that of IP protocols does not go.
std::string only_other_ports(net::Protocol protocol, bool beside_others);

}  // namespace portolan::cli
