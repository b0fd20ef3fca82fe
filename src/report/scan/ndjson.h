// One JSON object a line (-oJ): every event of the scan, as it happens. docs/ndjson.md is the schema.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "model/sink.h"
#include "report/options.h"
#include "report/page.h"
#include "report/scan/stats_timer.h"

namespace portolan::report {

// Raised when a reader of the previous number would be misled; new fields do not raise it.
inline constexpr int ndjson_schema_version = 1;

class NdjsonReport : public model::Sink {
 public:
  // `output` outlives the report.
  NdjsonReport(Output& output, ReportOptions options)
      : page_{output}, options_{std::move(options)}, stats_{options_.stats_every} {}

  Result<void> on_start(const model::ScanStarted& started) override;
  Result<void> on_task_begin(const model::TaskRecord& task) override;
  Result<void> on_progress(const model::Progress& progress) override;
  Result<void> on_task_end(const model::TaskRecord& task) override;
  Result<void> on_open(const net::IpAddress& address, const model::PortRecord& port) override;
  Result<void> on_warning(std::string_view text) override;
  Result<void> on_host(const model::HostRecord& host) override;
  Result<void> on_finish(const model::ScanFinished& finished) override;

 private:
  void task(std::string_view event, const model::TaskRecord& task);
  void port(const net::IpAddress& address, const model::PortRecord& port);
  void remaining_ports(const model::HostRecord& host);
  void host_line(const model::HostRecord& host);
  void host_identity(const model::HostRecord& host);
  void counts(const model::HostRecord& host);
  void unlisted(const model::HostRecord& host);

  Page page_;
  ReportOptions options_;
  StatsTimer stats_;
  // Open ports told before their host was done, so that none is told twice. Only of hosts that are
  // being scanned: a host's entry goes with its record. Keys as key_of makes them.
  std::unordered_map<net::IpAddress, std::unordered_set<std::uint32_t>> told_;
};

}  // namespace portolan::report
