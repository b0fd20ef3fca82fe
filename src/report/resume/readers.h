// The readers behind told.h, one for each form.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "report/resume/told.h"

namespace portolan::report {

// A line with its line feed; what a kill left of one is none.
struct WholeLine {
  std::string_view text;  // without the line feed
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the line feed
};
// The line that begins at `from`.
std::optional<WholeLine> whole_line(std::string_view text, std::size_t from);

// Remembers it, if it can be told from others.
void add_told(ToldHosts& hosts, const net::IpAddress& address, const ToldHost& host);

// What all text reports say of a host whose scan was stopped.
inline constexpr std::string_view stopped_early = "The scan of this host was stopped early";

// How the sentence of a scan begins that came to its end and failed all the same: nothing of it is left to do.
inline constexpr std::string_view failed_at_its_end = "not everything ";

Result<ReportHead> head_of_lines(std::string_view text);
ToldReport told_by_text(std::string_view text, std::size_t begin, const ZoneOf& zone_of);
ToldReport told_by_grepable(std::string_view text, std::size_t begin, const ZoneOf& zone_of);

Result<ReportHead> head_of_xml(std::string_view text);
ToldReport told_by_xml(std::string_view text, std::size_t begin);

Result<ReportHead> head_of_records(std::string_view text);
ToldReport told_by_records(std::string_view text, std::size_t begin, const ZoneOf& zone_of);

}  // namespace portolan::report
