// What the user chose about reports; the same for every format, which takes what concerns it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect.h"
#include "base/time.h"
#include "report/calendar.h"

namespace portolan::report {

// Text for the person who watches differs from the text of an -oN file, as nmap's does: the first and
// last lines, and what happens meanwhile is told only to the watcher. Warnings stand in the file; a
// watcher gets them on standard error (Warnings).
enum class Audience : std::uint8_t { watcher, file };

struct ReportOptions {
  Dialect dialect = Dialect::portolan;
  Audience audience = Audience::file;
  int verbosity = 0;
  int debugging = 0;
  bool reason = false;             // --reason: a column, and why a host is up; -vv and -d have it too
  bool open_only = false;          // --open
  bool resumed = false;            // --resume: the head stands in the file already
  bool color = false;              // the words of the state column; never for files
  bool discovery_skipped = false;  // -Pn: a host that seems down then gives no advice to try it
  // -sC, --script, -A: of what services tell (identify::topics), what is shown as nmap shows what its scripts found.
  std::vector<std::string> topics;
  std::string stylesheet;  // href of the XML's stylesheet, "" for none
  // --stats-every. Progress comes more often than that, for the live line; records and lines of
  // reports keep to this period, and tell none where it is empty.
  std::optional<Duration> stats_every;
  Calendar calendar = utc_calendar;
  // The interface with that index, "" where there is none: zones of link-local addresses are then told as numbers.
  std::string (*zone_name)(std::uint32_t index) = nullptr;
};

}  // namespace portolan::report
