// A line an open port (-oL), for cut, awk and the next program: address, protocol, port, service, name of the host.
#include "base/escape.h"
#include "report/output_buffer.h"
#include "report/scan/registry.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

// A field is never empty, so that programs that split at any white space count right, too.
std::string field(std::string_view text) { return text.empty() ? "-" : escape_terminal(text); }

class OpenList final : public model::Sink {
 public:
  OpenList(Output& output, ReportOptions options) : buffer_{output}, options_{std::move(options)} {}

  Result<void> on(const model::Event& event) override {
    return model::dispatch(event, [this](const model::HostRecord& host) {
      for (const model::PortRecord& port : host.ports) {
        if (port.state == model::PortState::open) line(host, port);
      }
      return buffer_.write();
    });
  }

 private:
  void line(const model::HostRecord& host, const model::PortRecord& port) {
    using enum model::HostName::Kind;
    const std::string_view typed = name_of_kind(host, user);
    buffer_.add("{}\t{}\t{}\t{}\t{}\n", shown_address(host.address, options_), name_of(port.protocol),
                port.port.value(), has_service(port) ? field(port.service) : "-",
                field(typed.empty() ? name_of_kind(host, ptr) : typed));
  }

  OutputBuffer buffer_;
  ReportOptions options_;
};

}  // namespace

constinit const Format open_list_format{
    .name = "open-list",
    .option = "-oL",
    .extension = ".open",
    .summary = "write a line an open port: address, protocol, port, service and host name, with tabs between",
    .known_to_nmap = false,
    .in_order = false,
    .make = make<OpenList>,
};

}  // namespace portolan::report
