// netstat -S: SCTP's endpoints and associations, whose lists of addresses only /proc/net/sctp has as netstat shows them
// (net/sctp/proc.c). Lines of the table of inet_table.h. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "netstat/lookup.h"
#include "netstat/table.h"
#include "report/output_buffer.h"

namespace portolan::netstat {

// The process that holds the socket with this inode.
using FindHolder = std::function<std::optional<std::uint32_t>(std::uint64_t inode)>;

// `endpoints` and `associations` are the contents of /proc/net/sctp/eps and assocs. Lines that are not understood are
// left out; how many is what comes back.
std::size_t sctp_rows(report::OutputBuffer& buffer, Lookup& lookup, const TableOptions& options,
                      std::string_view endpoints, std::string_view associations, const FindHolder& find_holder);

}  // namespace portolan::netstat
