// One JSON object a line (-oJ): every event of the scan, as it happens. docs/ndjson.md tells the form.
#pragma once

#include "model/event_json.h"
#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"
#include "report/scan/stats_timer.h"

namespace portolan::report {

class NdjsonReport : public model::Sink {
 public:
  // `output` outlives the report.
  NdjsonReport(Output& output, ReportOptions options)
      : buffer_{output}, options_{std::move(options)}, stats_{options_.stats_every} {}

  Result<void> on(const model::Event& event) override;

 private:
  Result<void> begin(const model::ScanStarted& started);
  Result<void> put(const model::Event& event);
  Result<void> progress(const model::Progress& progress);
  Result<void> host(const model::HostRecord& host);

  OutputBuffer buffer_;
  ReportOptions options_;
  StatsTimer stats_;
  model::EventWriter writer_;
};

}  // namespace portolan::report
