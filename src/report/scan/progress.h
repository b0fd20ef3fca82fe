// How far a scan is: a live line on a terminal, and lines for --stats-every. Rendering only; when to
// tell is decided by whoever sends Progress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/sink.h"
#include "report/options.h"
#include "report/output.h"
#include "report/output_buffer.h"
#include "report/scan/stats_timer.h"

namespace portolan::report {

// One line of at most `width` columns: "SYN Stealth Scan 42.3%, 0:00:41 left, 0:10:41 for the whole scan, 12 open,
// 3 hosts up, 12,345 probes/s". What does not fit is left out from the end. No time left is told while the scan
// cannot say one.
std::string status_line(const model::Progress& progress, std::size_t width);

// Done of its task, 0 to 100 and finite whatever the fraction is; 100 only for what is done, however
// it is rounded to two decimals.
double percent_of(const model::Progress& progress);

// What is left, never negative; nullopt while it is not known.
std::optional<Duration> remaining_of(const model::Progress& progress);

// Draws the status line over itself, and takes it away before anything else is told, so that reports
// to the same terminal stay readable: add it to a Tee before those. Errors of the terminal are
// ignored, because no result is lost with them.
class StatusLine : public model::Sink {
 public:
  // `terminal` outlives this. `width` gives its columns, asked for each time; 0 where it has none.
  StatusLine(Output& terminal, std::function<std::size_t()> width) : terminal_{terminal}, width_{std::move(width)} {}

  Result<void> on(const model::Event& event) override;

 private:
  void show(const model::Progress& progress);
  void draw(std::string_view text);
  void clear();

  Output& terminal_;
  std::function<std::size_t()> width_;
  bool shown_ = false;
  bool broken_ = false;  // the terminal is gone; nothing is drawn any more
};

// The lines that --stats-every and a key press ask for: nmap's two under its name, similar ones under
// portolan's.
class StatsLines : public model::Sink {
 public:
  // `output` outlives this.
  StatsLines(Output& output, const ReportOptions& options)
      : buffer_{output}, options_{options}, stats_{options.stats_every} {}

  // The next progress is told whatever the period: a key was pressed.
  void ask() { asked_ = true; }

  Result<void> on(const model::Event& event) override;

 private:
  OutputBuffer buffer_;
  ReportOptions options_;
  StatsTimer stats_;
  bool asked_ = false;
};

}  // namespace portolan::report
