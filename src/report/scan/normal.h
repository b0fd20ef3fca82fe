// Text for people: the terminal and -oN. docs/output.md says what a script may rely on.
#pragma once

#include <optional>

#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"
#include "report/scan/trace_texts.h"

namespace portolan::report {

class NormalReport : public model::Sink {
 public:
  // `output` outlives the report.
  NormalReport(Output& output, ReportOptions options) : buffer_{output}, options_{std::move(options)} {}

  Result<void> on(const model::Event& event) override;

 private:
  Result<void> begin(const model::ScanStarted& started);
  Result<void> task_begin(const model::TaskRecord& task);
  Result<void> task_end(const model::TaskRecord& task);
  Result<void> open_port(const model::OpenPort& found);
  Result<void> remark(const model::Remark& said);
  Result<void> host(const model::HostRecord& host);
  Result<void> finish(const model::ScanFinished& finished);
  [[nodiscard]] bool tells_stages() const { return options_.audience == Audience::watcher && options_.verbosity > 0; }
  void host_head(const model::HostRecord& host);
  void host_names(const model::HostRecord& host);
  void host_ports(const model::HostRecord& host);
  void not_shown(const model::HostRecord& host);
  [[nodiscard]] std::size_t reason_width(const model::HostRecord& host) const;
  void port_table(const model::HostRecord& host);
  void below_port(const model::PortRecord& port, model::WallTime now);
  void host_tail(const model::HostRecord& host);
  [[nodiscard]] bool shows_loss(const model::ScanFinished& finished) const;
  void finish_for_watcher(const model::ScanFinished& finished);
  void finish_for_file(const model::ScanFinished& finished);

  OutputBuffer buffer_;
  TraceTexts traces_;
  ReportOptions options_;
  bool ports_asked_ = false;
  std::string_view asked_ = "port";  // or "protocol"
  bool list_only_ = false;
  bool host_noted_ = false;      // a host was told with a note of its own
  bool silence_judged_ = false;  // a port got its state by silence: it may be open, and its answer lost
  std::optional<model::WallTime> task_began_;
};

}  // namespace portolan::report
