// -sC, --script and -A. No script is run here: what services tell is asked for as by -sV, and these options say what of
// it is shown as nmap shows what its scripts found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "cli/arguments.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"

namespace portolan::cli {

// -sV and all that asks as it does.
Result<void> ask_services(ScanOptions& options, const Given& given);

// -sC to -A.
std::vector<Option<ScanOptions>> script_rows(std::string_view group);

// Of identify::topics(), in their order.
struct WantedTopics {
  std::vector<std::string> names;
  std::vector<std::string> unknown;  // what of --script names none of them
};
WantedTopics wanted_topics(const ScanOptions& options, Dialect dialect);

// The topics that --script-help asks about, a line each.
std::string topics_text(std::string_view expression);

}  // namespace portolan::cli
