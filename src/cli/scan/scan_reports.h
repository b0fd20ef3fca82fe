// Everything that a scan tells, and where it goes: reports to standard output and to files, warnings
// and progress to standard error.
#pragma once

#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "cli/scan/scan_options.h"
#include "model/sink.h"
#include "os/files.h"
#include "os/terminal/terminal_control.h"
#include "report/options.h"
#include "report/output.h"
#include "report/packets/packet_log.h"
#include "report/scan/progress.h"
#include "report/scan/registry.h"
#include "report/scan/unknown_services.h"
#include "report/tee.h"

namespace portolan::cli {

struct PlannedReport {
  enum class Kind : std::uint8_t { report, capture, unknown_services };
  const report::Format* format = nullptr;  // of a report
  std::string path;                        // "-" is standard output
  std::string_view spelling = {};          // of the option, where it is not the format's
  std::shared_ptr<const CutOffReport> rest_of = {};
  Kind kind = Kind::report;
  [[nodiscard]] std::string_view option() const { return spelling.empty() ? format->option : spelling; }
};

// Which reports the words ask for, the text on standard output and what is written beside them included. Pure.
// Errc::usage where two would go to the same place.
Result<std::vector<PlannedReport>> plan_reports(const ScanOptions& options, Dialect dialect, const std::tm& now);

// How often progress should be told; nullopt where only a key press asks for it.
std::optional<Duration> progress_interval(const ScanOptions& options, bool live_line);

class ScanReports {
 public:
  // Opens every file, none of which may be a list of targets that is read. Where the caller has closed standard output,
  // the text that would go there is left out if the words name other places, and an error if not. Errc::usage where two
  // paths lead to the same file; nothing is opened or emptied then. Errc::io with a sentence for one that cannot be
  // opened. Where a signal came (os/stop_signals.h) before a FIFO had a reader, there is no report for it.
  static Result<std::unique_ptr<ScanReports>> open(const ScanOptions& options, Dialect dialect);

  [[nodiscard]] model::Sink& sink() { return tee_; }
  // Key presses from here on ask for a line that tells how far the scan is.
  void watch_keys(const os::TerminalControl& control) { control_ = &control; }
  // Who sees the packets and writes them down; nullptr where nobody wants to. Times of its lines count from `began`.
  // Where a scan `connects`, it is said that a capture does not hold all.
  report::PacketLog* log_packets(Instant began, Dialect dialect, bool connects);
  // Why the capture that was asked for is not complete, which has been said when it happened, unless flush() says it;
  // nullptr where it is.
  [[nodiscard]] const Error* capture_failure() const { return packets_ == nullptr ? nullptr : packets_->failure(); }
  // What was said to a port and by it, for the file of those that nobody recognised (--save-unknown).
  void on_talk(std::string_view transcripts, const model::ServiceRecord& service);
  // As of a capture.
  [[nodiscard]] const Error* unknown_services_failure() const {
    return unknown_services_ ? unknown_services_->failure() : nullptr;
  }
  // An error means that a report is not complete, or that the reader of a capture has gone, or that all that was to be
  // written was a capture, which is not complete.
  Result<void> flush();

 private:
  class CaptureReport;
  class KeyedStats;
  ScanReports() = default;
  Result<void> open_report(const PlannedReport& planned, const ScanOptions& options, Dialect dialect);
  Result<void> open_beside(const PlannedReport& planned, const ScanOptions& options,
                           std::unique_ptr<os::OutputFile>& opened);
  Result<void> open_capture(const PlannedReport& planned, const ScanOptions& options, Dialect dialect);
  Result<void> open_unknown_services(const PlannedReport& planned, const ScanOptions& options, Dialect dialect);
  report::Output& share(report::Output& output);
  void add(std::unique_ptr<model::Sink> sink, report::Tee::Kind kind);
  void add_stats(report::Output& output, const ScanOptions& options, Dialect dialect);

  std::vector<std::unique_ptr<report::Output>> outputs_;
  std::vector<os::OutputFile*> files_;  // of those
  std::vector<std::unique_ptr<model::Sink>> sinks_;
  report::Output* text_ = nullptr;           // where the watcher's text goes; nullptr where there is none
  std::unique_ptr<os::OutputFile> capture_;  // no other report fails with it
  std::function<void(std::string_view)> say_of_capture_;
  std::unique_ptr<os::OutputFile> unknown_services_file_;
  std::optional<report::UnknownServices> unknown_services_;
  std::function<void(std::string_view)> say_of_unknown_services_;
  report::PacketLogOptions packet_options_;
  std::unique_ptr<report::PacketLog> packets_;
  const os::TerminalControl* control_ = nullptr;
  report::Tee tee_;
  report::Tee* in_order_ = nullptr;  // of the reports that want hosts in order; behind one report::Ordered in tee_
};

// The line on standard error that shows progress while a scan runs. Where each packet is shown it would be in their
// way.
bool wants_live_line(const ScanOptions& options, Dialect dialect);

}  // namespace portolan::cli
