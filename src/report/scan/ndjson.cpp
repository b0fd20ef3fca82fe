#include "report/scan/ndjson.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "report/scan/progress.h"
#include "report/scan/registry.h"
#include "report/scan/wording.h"
#include "report/selection.h"

namespace portolan::report {

Result<void> NdjsonReport::on(const model::Event& event) {
  return std::visit(Overloaded{[this](const model::Progress& one) { return progress(one); },
                               [this](const model::HostRecord& one) { return host(one); },
                               [&](const model::OpenPort&) { return put(event); },
                               [this](const model::ScanStarted& one) { return begin(one); },
                               [](const model::CaughtUp&) { return Result<void>{}; },
                               [&](const auto&) {
                                 if (auto done = put(event); !done) return done;
                                 return buffer_.send();
                               }},
                    event);
}

Result<void> NdjsonReport::begin(const model::ScanStarted& started) {
  std::string lines;
  if (options_.resumed) {
    model::EventWriter::write_resumed(lines, started.time);
  } else {
    writer_.write(lines, started);
  }
  buffer_.put(lines);
  return buffer_.send();
}

Result<void> NdjsonReport::put(const model::Event& event) {
  std::string lines;
  writer_.write(lines, event);
  buffer_.put(lines);
  return buffer_.write();
}

Result<void> NdjsonReport::progress(const model::Progress& progress) {
  if (!stats_.due(progress.elapsed)) return {};
  model::Progress sane = progress;
  sane.fraction = percent_of(progress) / 100;
  sane.rate = std::isfinite(progress.rate) ? std::max(progress.rate, 0.0) : 0;
  sane.remaining = remaining_of(progress);
  if (sane.scan_remaining) sane.scan_remaining = std::max(*sane.scan_remaining, Duration{});
  if (auto done = put(sane); !done) return done;
  return buffer_.send();
}

Result<void> NdjsonReport::host(const model::HostRecord& host) {
  model::HostRecord scratch;
  const model::HostRecord* shown = select(host, options_, scratch);
  if (shown == nullptr) {
    writer_.forget(host.address);
    return {};
  }
  model::HostRecord record = *shown;
  record.interface = zone_name(host.address, options_).value_or("");
  return put(record);
}

constinit const Format ndjson_format{
    .name = "ndjson",
    .option = "-oJ",
    .extension = ".ndjson",
    .summary = "write NDJSON, one JSON object a line (docs/ndjson.md)",
    .known_to_nmap = false,
    .in_order = false,
    .make = make<NdjsonReport>,
};

}  // namespace portolan::report
