// nmap's XML (-oX), version 1.05: valid against nmap.dtd, complete up to the last host whenever it
// ends.
#pragma once

#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"
#include "report/scan/stats_timer.h"

namespace portolan::report {

class XmlReport : public model::Sink {
 public:
  // `output` outlives the report.
  XmlReport(Output& output, ReportOptions options)
      : buffer_{output}, options_{std::move(options)}, stats_{options_.stats_every} {}

  Result<void> on(const model::Event& event) override;

 private:
  Result<void> begin(const model::ScanStarted& started);
  Result<void> task_begin(const model::TaskRecord& task);
  Result<void> progress(const model::Progress& progress);
  Result<void> task_end(const model::TaskRecord& task);
  Result<void> host(const model::HostRecord& host);
  Result<void> finish(const model::ScanFinished& finished);
  void head(const model::ScanStarted& started);
  void host_open(const model::HostRecord& host);
  void host_names(const model::HostRecord& host);
  void host_ports(const model::HostRecord& host);
  void trace(const model::Trace& trace);
  void port(const model::PortRecord& port);
  void service(const model::PortRecord& port);
  void host_close(const model::HostRecord& host);

  OutputBuffer buffer_;
  ReportOptions options_;
  StatsTimer stats_;
  bool started_ = false;
};

}  // namespace portolan::report
