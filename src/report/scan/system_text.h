// What system a host has, for people and in nmap's XML.
#pragma once

#include <string>
#include <vector>

#include "model/record.h"

namespace portolan::report {

// Below the table of ports; empty where no system was asked for. `evidence`: what speaks for and against it, too.
std::vector<std::string> system_lines(const model::HostRecord& host, bool evidence);

// nmap's fields of a grepable line, a tab before each; "" where no system was asked for.
std::string system_fields(const model::HostRecord& host);

// `<os>`, `<tcpsequence>` and `<ipidsequence>`, a line each; "" where no system was asked for.
std::string system_elements(const model::HostRecord& host);

}  // namespace portolan::report
