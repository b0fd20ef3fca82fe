// The output formats. A new one is a source file, a test file and a line in registry.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "model/sink.h"
#include "report/options.h"
#include "report/output.h"

namespace portolan::report {

struct Format {
  std::string_view name;       // "normal"
  char letter;                 // of its option: 'N' for -oN
  std::string_view extension;  // of its file under -oA, with the dot
  std::string_view summary;    // for --help
  bool known_to_nmap;          // under the name nmap, -oA writes only these
  // The output outlives the sink.
  std::unique_ptr<model::Sink> (*make)(Output& output, const ReportOptions& options);
};

// In --help order.
std::span<const Format> formats();
// nullptr where no format has that letter.
const Format* format_of_letter(char letter);

}  // namespace portolan::report
