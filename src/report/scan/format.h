// What an output format is: everything that the command line, its help and -oA know of it.
#pragma once

#include <memory>
#include <string_view>

#include "model/sink.h"
#include "report/options.h"
#include "report/output.h"
#include "report/scan/ordered.h"

namespace portolan::report {

struct Format {
  std::string_view name;       // "normal"
  std::string_view option;     // "-oN"
  std::string_view extension;  // of its file under -oA, with the dot
  std::string_view summary;    // for --help: what the option does
  bool known_to_nmap;          // under the name nmap, -oA writes only these
  // The output outlives the sink, which writes what it is told and leaves it to others to flush hosts.
  std::unique_ptr<model::Sink> (*make)(Output& output, const ReportOptions& options);
};

// A report that hears of hosts as they finish.
template <class Report>
std::unique_ptr<model::Sink> make(Output& output, const ReportOptions& options) {
  return std::make_unique<Report>(output, options);
}
// A report that has them in the order in which they were named.
template <class Report>
std::unique_ptr<model::Sink> make_in_order(Output& output, const ReportOptions& options) {
  return std::make_unique<Ordered>(make<Report>(output, options));
}

}  // namespace portolan::report
