// What an output format is: everything that the command line, its help and -oA know of it.
#pragma once

#include <memory>
#include <string_view>

#include "model/sink.h"
#include "report/options.h"
#include "report/output.h"

namespace portolan::report {

struct Format {
  std::string_view name;       // "normal"
  std::string_view option;     // "-oN"
  std::string_view extension;  // of its file under -oA, with the dot; "" where -oA leaves it out
  std::string_view summary;    // for --help: what the option does
  bool known_to_nmap;          // under the name nmap, -oA writes only these
  bool in_order;               // its readers expect hosts in the order in which they were named; else as they finish
  // The output outlives the sink, which writes what it is told and leaves it to others to flush hosts.
  std::unique_ptr<model::Sink> (*make)(Output& output, const ReportOptions& options);
};

template <class Report>
std::unique_ptr<model::Sink> make(Output& output, const ReportOptions& options) {
  return std::make_unique<Report>(output, options);
}

}  // namespace portolan::report
