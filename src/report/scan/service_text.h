// Words about who answers at a port, for the text reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "model/record.h"
#include "report/options.h"

namespace portolan::report {

// What the port's number stands for: as it is registered, and as nmap has it under that name. "" where it stands for
// nothing.
std::string_view port_name(const model::PortRecord& port, Dialect dialect);

// "http", "ssl/http"; "http?" where only the port's number says so although it was asked. Not escaped.
std::string service_name(const model::PortRecord& port, Dialect dialect);

// "nginx 1.22.1 (Debian)"; "" where nothing is known. Not escaped.
std::string version_text(const model::PortRecord& port);

// "Service Info: Host: mail.example; OS: Linux; CPE: cpe:/o:linux:linux_kernel": what services say of their machine,
// each once; "" for nothing. Escaped.
std::string service_info(const model::HostRecord& host);

// Lines below a port that are worth a word: what was left alone, what nobody understood, a title, a certificate that
// ends, has ended or vouches for itself, and with -v what was asked and answered last. Without what options.topics
// shows anyhow. `now` is when the host was scanned. Escaped.
std::vector<std::string> port_notes(const model::PortRecord& port, model::WallTime now, const ReportOptions& options);

bool is_identified(const model::HostRecord& host);  // some port was asked

// How sure nmap is of ten: 10 recognised, 8 for tcpwrapped, 3 for the port's number.
int nmap_confidence(const model::ServiceRecord& service);

// CPE 2.3's formatted string as the URI of 2.2, which nmap's readers expect. Where the service says version and update
// in one word (`version`), so does nmap: "cpe:/a:openbsd:openssh:9.2p1", and "...:9.2:p1" without it.
std::string cpe_uri(std::string_view formatted, std::string_view version = {});

}  // namespace portolan::report
