// Going on with a scan that was cut off (--resume): its report says how it was called, and what it has not told yet is
// asked. Pure: files come through ResumeSources.
#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/scan/scan_options.h"
#include "os/files.h"
#include "report/resume/told.h"

namespace portolan::cli {

struct ResumeSources {
  // The content of a regular file to which nobody writes.
  std::function<Result<std::string>(const std::string& path)> read;
  std::function<bool(const std::string& path)> exists;
  std::function<std::optional<os::FileIdentity>(std::string_view path)> identity_of;
  report::ZoneOf zone_of;
  Dialect dialect = Dialect::portolan;  // of who asks for it
};

struct ResumedScan {
  // As it was called first, name included: by that name's rules it goes on.
  Invocation invocation;
  // Of that call, but for what it wrote: the report that is resumed and those that -oA put beside it get their rest,
  // standard output gets the rest alone, and nothing else is written, because a report that names files may have been
  // written by anybody.
  ScanOptions options;
  std::vector<std::string> notices;  // a sentence each for whoever watches
};

// `now`: local time, for file names that hold the time. Errc::usage with a sentence: what cannot be gone on with.
Result<ResumedScan> resume_scan(const std::string& file, const ResumeSources& sources, const std::tm& now);

}  // namespace portolan::cli
