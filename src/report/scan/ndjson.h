// One JSON object a line (-oJ): every event of the scan, as it happens. docs/ndjson.md is the schema.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"
#include "report/scan/stats_timer.h"

namespace portolan::report {

// Raised when a reader of the previous number would be misled; new fields do not raise it.
inline constexpr int ndjson_schema_version = 2;

class NdjsonReport : public model::Sink {
 public:
  // `output` outlives the report.
  NdjsonReport(Output& output, ReportOptions options)
      : page_{output}, options_{std::move(options)}, stats_{options_.stats_every} {}

  Result<void> on(const model::Event& event) override;

 private:
  Result<void> begin(const model::ScanStarted& started);
  Result<void> task_begin(const model::TaskRecord& task);
  Result<void> progress(const model::Progress& progress);
  Result<void> task_end(const model::TaskRecord& task);
  Result<void> open_port(const model::OpenPort& found);
  Result<void> remark(const model::Remark& said);
  Result<void> host(const model::HostRecord& host);
  Result<void> finish(const model::ScanFinished& finished);
  void task(std::string_view event, const model::TaskRecord& task);
  void port(const net::IpAddress& address, const model::PortRecord& port);
  void remaining_ports(const model::HostRecord& host);
  void host_line(const model::HostRecord& host);
  void host_identity(const model::HostRecord& host);
  void counts(const model::HostRecord& host);
  void unlisted(const model::HostRecord& host);

  OutputBuffer page_;
  ReportOptions options_;
  StatsTimer stats_;
  // Open ports told before their host was done, so that none is told twice. Only of hosts that are
  // being scanned: a host's entry goes with its record. Keys as key_of makes them.
  std::unordered_map<net::IpAddress, std::unordered_set<std::uint32_t>> told_;
};

}  // namespace portolan::report
