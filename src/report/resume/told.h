// What the report of a scan that was cut off says is done, so that another scan can go on with it (--resume). Pure, and
// total: any bytes in. Reports of nmap are read as well, since portolan's have their form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "model/state.h"
#include "net/ip_address.h"
#include "report/scan/format.h"

namespace portolan::report {

// The index of an interface, 0 for none of that name.
using ZoneOf = std::function<std::uint32_t(std::string_view interface)>;

struct ToldHost {
  model::HostState state = model::HostState::unknown;
  bool has_open = false;  // a port that is open, not perhaps
  friend bool operator==(const ToldHost&, const ToldHost&) = default;
};
using ToldHosts = std::unordered_map<net::IpAddress, ToldHost>;

struct ToldReport {
  // Those whose records are complete. A link-local address without its link is left out: it may be another's.
  ToldHosts hosts;
  std::size_t keep = 0;  // bytes from the beginning of the text that stay; what follows is cut off
  bool is_done = false;  // it came to its end
};

// The formats that it may be in: one; -oN and -oG while it has nothing but the head that is the same in both; none for
// what is no report of a scan.
std::vector<const Format*> formats_of(std::string_view text);

struct ReportHead {
  std::vector<std::string> arguments;  // argv, argv[0] included
  std::size_t begin = 0;               // of the report in the text: that of the last scan, if several were appended
};
// Errc::parse where there is no whole head.
Result<ReportHead> read_head(std::string_view text, const Format& format);

// `head` is what read_head() gave for the same text and format.
ToldReport read_told(std::string_view text, const ReportHead& head, const Format& format, const ZoneOf& zone_of);

// The line of the text, counted from 1, in whose midst another report begins, since it was appended to one that had
// been cut off there; 0 if there is none.
std::size_t line_of_next_head(std::string_view text, const ReportHead& head, const Format& format);

// Of -oL, which has no head: Errc::parse where any line is of something else. The last host counts for cut off.
Result<ToldReport> read_open_list(std::string_view text, const ZoneOf& zone_of);

// argv from the one line that command_line() made of it, with or without escape_terminal() over it: words between
// white space; in double quotes it belongs to the word; behind a backslash stand " and \, or what was escaped.
std::vector<std::string> split_command_line(std::string_view line);

}  // namespace portolan::report
