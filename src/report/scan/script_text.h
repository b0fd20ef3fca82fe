// What services tell beside product and version, as nmap tells what its scripts found: lines below a port, and elements
// of XML. Both have a topic's rows as they came; what is in them is the other side's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/service.h"

namespace portolan::report {

// All rows: those of the record, and those that its certificate and TLS give.
std::vector<model::ServiceDetail> told_by(const model::ServiceRecord& service);

// "| ssl-cert: Subject: commonName=mail.example", "|_Not valid after:  2027-01-01T00:00:00": of the topics that are
// wanted. Escaped.
std::vector<std::string> script_lines(const model::ServiceRecord& service, std::span<const std::string> topics);

// "<script id="http-title" output="Welcome"><elem key="title">Welcome</elem></script>", one behind the other. "" for
// none.
std::string script_elements(const model::ServiceRecord& service, std::span<const std::string> topics);

}  // namespace portolan::report
