// Pieces of text that several formats share. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/record.h"
#include "report/options.h"

namespace portolan::report {

// argv in one line as nmap writes it: arguments with white space stand in double quotes, " and \ behind
// a backslash. Not escaped for any place yet.
std::string command_line(const std::vector<std::string>& arguments);

// Whichever fits the count.
std::string_view plural(std::size_t count, std::string_view one, std::string_view many);

// Two significant digits, never an exponent: "0.0000050", "0.046", "1.2", "13".
std::string two_digits(double value);
// How nmap tells a round trip, in seconds: "0.046s".
std::string latency_text(const model::RoundTrip& round_trip);

// How nmap tells a hop's round trip, in milliseconds: "0.05".
std::string hop_time(Duration round_trip);

// The address without its zone, as nmap's reports have it and their parsers expect it.
std::string plain_address(const net::IpAddress& address);
// The name of the interface that is the address's zone, where it has one and that is known. Not escaped: it may hold
// anything but white space, colons and slashes.
std::optional<std::string> zone_name(const net::IpAddress& address, const ReportOptions& options);
// The address for people: "fe80::1%eth0", or plain under nmap's name. Escaped for a terminal.
std::string shown_address(const net::IpAddress& address, const ReportOptions& options);

// The host's name of that kind, "" where there is none; not escaped.
std::string_view name_of_kind(const model::HostRecord& host, model::HostName::Kind kind);
// "name (address)", or the address where there is no name; the user's name before the PTR name.
// Escaped for a terminal.
std::string title(const model::HostRecord& host, const ReportOptions& options);

// False for the "unknown" and "" of ports that have no registered name.
bool has_service(const model::PortRecord& port);

// Whether what was asked of the host are IP protocols, not ports.
bool lists_protocols(const model::HostRecord& host);

// Reasons are told under --reason, -vv and -d.
bool shows_reasons(const ReportOptions& options);
// "echo-reply ttl 64", "no-response".
std::string reason_text(model::Reason reason, std::uint8_t ttl);
// "host-unreach from 198.18.0.1 ttl 63".
std::string reason_text(const model::PortRecord& port, const ReportOptions& options);

// "portolan scan resumed at Sat Nov 21 10:16:44 2026": in place of a second head.
std::string resumed_text(const model::ScanStarted& started, const ReportOptions& options);

// "Nmap", "portolan".
std::string_view program_name(Dialect dialect);
// "1 IP address (1 host up) scanned in 0.05 seconds"
std::string done_text(const model::ScanFinished& finished);
// "Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -n host"; not escaped.
std::string initiated_text(const model::ScanStarted& started, const ReportOptions& options);
// "Nmap done at Sat Nov 21 10:16:44 2026" and what follows; "" as error means success. Not escaped.
std::string ended_text(const model::ScanFinished& finished, const ReportOptions& options);

// "SYN Stealth Scan": nmap's name of the stage; the record's own where there is none.
std::string task_text(const model::TaskRecord& task);
// What it is about, as nmap words it: "198.18.0.2 [4 ports]", "12 hosts [1000 ports/host]".
std::string scope_text(const model::TaskRecord& task, Dialect dialect);
// What was asked when it is over: "12 total hosts", "4000 total ports".
std::string total_text(const model::TaskRecord& task, Dialect dialect);

// Whether only those who ask how a scan is done (-v) want to know.
bool is_detail(const model::Remark& remark);
// What nmap says in a line of its own before it: that a name has addresses of the other family. "" of other remarks.
// Not escaped.
std::string line_of_nmap_before(const model::Remark& remark);
// The remark as one sentence, in nmap's words under its name. Not escaped.
std::string remark_text(const model::Remark& remark, Dialect dialect);
// All remarks about a host, one sentence behind the other; "" where there are none. Not escaped.
std::string note_text(const model::HostRecord& host, Dialect dialect);

// "12,345"
std::string grouped(std::uint64_t number);

// Whether a port of the host got its state by silence, which loss explains, too.
bool took_silence_for_an_answer(const model::HostRecord& host);
// For a person: the measured loss, how many open ports it may have hidden where open ports answer at all, and how many
// ports a scan that was stopped never asked.
std::string loss_text(const model::ScanFinished& finished, std::string_view what = "port");

}  // namespace portolan::report
