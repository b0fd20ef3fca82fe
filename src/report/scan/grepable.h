// One or two lines a host for grep and awk (-oG), as nmap writes them.
#pragma once

#include <string_view>

#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"

namespace portolan::report {

class GrepableReport : public model::Sink {
 public:
  // `output` outlives the report.
  GrepableReport(Output& output, ReportOptions options) : buffer_{output}, options_{std::move(options)} {}

  Result<void> on(const model::Event& event) override;

 private:
  Result<void> begin(const model::ScanStarted& started);
  Result<void> host(const model::HostRecord& host);
  Result<void> finish(const model::ScanFinished& finished);
  void host_status(std::string_view head, std::string_view status);
  void host_ports(std::string_view head, const model::HostRecord& host);

  OutputBuffer buffer_;
  ReportOptions options_;
};

}  // namespace portolan::report
