// Words about who answers at a port, for the text reports.
#pragma once

#include <string>
#include <vector>

#include "base/dialect.h"
#include "model/record.h"

namespace portolan::report {

// "http", "ssl/http"; "http?" where only the port's number says so although it was asked. Not escaped.
std::string service_name(const model::PortRecord& port, Dialect dialect);

// "nginx 1.22.1 (Debian)"; "" where nothing is known. Not escaped.
std::string version_text(const model::PortRecord& port);

// "Service Info: Host: mail.example; OS: Linux; CPE: cpe:/o:linux:linux_kernel": what services say of their machine,
// each once; "" for nothing. Escaped.
std::string service_info(const model::HostRecord& host);

// Lines below the table: what a service said that nobody understood, and what was left alone. Escaped.
std::vector<std::string> service_notes(const model::HostRecord& host);

bool is_identified(const model::HostRecord& host);  // some port was asked

// How sure nmap is of ten: 10 recognised, 8 for tcpwrapped, 3 for the port's number.
int nmap_confidence(const model::ServiceRecord& service);

// CPE 2.3's formatted string as the URI of 2.2, which nmap's readers expect: "cpe:/a:openbsd:openssh:9.2p1".
std::string cpe_uri(std::string_view formatted);

}  // namespace portolan::report
