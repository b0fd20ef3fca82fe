// Who reads it, and what it looks like. Here: a line a host that is up, with its address and its open ports.
#include <utility>

#include "report/output_buffer.h"
#include "report/scan/registry.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

class NewReport final : public model::Sink {
 public:
  NewReport(Output& output, ReportOptions options) : buffer_{output}, options_{std::move(options)} {}

  // Text that came from the network is escaped for the place that it goes to: base/escape.h.
  Result<void> on(const model::Event& event) override {
    return model::dispatch(event, [this](const model::HostRecord& host) {
      if (host.state == model::HostState::up) line(host);
      return buffer_.write();
    });
  }

 private:
  void line(const model::HostRecord& host) {
    buffer_.put(shown_address(host.address, options_));
    for (const model::PortRecord& port : host.ports) {
      if (port.state == model::PortState::open) buffer_.add(" {}/{}", port.port.value(), name_of(port.protocol));
    }
    buffer_.put("\n");
  }

  OutputBuffer buffer_;
  ReportOptions options_;
};

}  // namespace

constinit const Format new_report_format{
    .name = "new-report",
    .option = "-oZ",
    .extension = ".new-report",
    .summary = "write a line a host: its address and its open ports",
    .known_to_nmap = false,
    .in_order = false,
    .make = make<NewReport>,
};

}  // namespace portolan::report
