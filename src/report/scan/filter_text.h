// What filters the packets to a host, for people and as nmap's XML tells what scripts found about hosts.
#pragma once

#include <string>
#include <vector>

#include "base/dialect.h"
#include "model/record.h"

namespace portolan::report {

// Below the table of ports, under nmap's name as the output of a script; empty where it was not asked for. Not escaped.
std::vector<std::string> filter_lines(const model::HostRecord& host, Dialect dialect);

// Below a port: in what its state differs from what it means at others of the same state; "" mostly.
std::string filter_note(const model::HostRecord& host, const model::PortRecord& port);

// `<hostscript>` with the script "portolan-firewall", a table a reading; "" where it was not asked for.
std::string filter_elements(const model::HostRecord& host);

}  // namespace portolan::report
