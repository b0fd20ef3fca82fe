#include "report/scan/normal.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/escape.h"
#include "base/version.h"
#include "report/scan/filter_text.h"
#include "report/scan/registry.h"
#include "report/scan/script_text.h"
#include "report/scan/service_text.h"
#include "report/scan/system_text.h"
#include "report/scan/wording.h"
#include "report/selection.h"

namespace portolan::report {
namespace {

using model::ExtraPorts;
using model::HostRecord;
using model::PortRecord;
using model::PortState;

std::string_view color_of(PortState state) {
  switch (state) {
    case PortState::open:
      return "\x1b[32m";  // green
    case PortState::closed:
      return "\x1b[31m";  // red
    case PortState::filtered:
    case PortState::unfiltered:
    case PortState::open_filtered:
    case PortState::closed_filtered:
      return "\x1b[33m";  // yellow
  }
  return "";
}
constexpr std::string_view color_end = "\x1b[0m";

// Columns as wide as the widest word in them.
struct Widths {
  std::size_t port = 0;
  std::size_t state = std::string_view{"STATE"}.size();
  std::size_t service = std::string_view{"SERVICE"}.size();
};

std::size_t digits(std::uint16_t value) {
  return value < 10 ? 1U : value < 100 ? 2U : value < 1000 ? 3U : value < 10000 ? 4U : 5U;
}

std::string service_text(const PortRecord& port, Dialect dialect) {
  return escape_terminal(service_name(port, dialect));
}

// "22/tcp"; an IP protocol is its number.
std::size_t port_width(const PortRecord& port) {
  const std::size_t protocol = port.protocol == net::Protocol::ip ? 0 : 1 + net::name_of(port.protocol).size();
  return digits(port.port.value()) + protocol;
}

// `more`: columns follow that of services.
Widths widths_of(const std::vector<PortRecord>& ports, std::string_view head, bool more, Dialect dialect) {
  Widths widths{.port = head.size()};
  for (const PortRecord& port : ports) {
    widths.port = std::max(widths.port, port_width(port));
    widths.state = std::max(widths.state, name_of(port.state).size());
    if (more) widths.service = std::max(widths.service, display_width(service_text(port, dialect)));
  }
  if (!more) widths.service = 0;  // the last column is not padded
  return widths;
}

// "tcp ports"; IP has protocols, for which nmap has no word.
std::string ports_text(net::Protocol protocol, std::size_t count, Dialect dialect) {
  if (protocol != net::Protocol::ip) {
    return fmt::format("{} {}", net::name_of(protocol), count == 1 ? "port" : "ports");
  }
  return fmt::format("{} {}", dialect == Dialect::nmap ? "n/a" : "ip", count == 1 ? "protocol" : "protocols");
}

std::size_t ports_in(const std::vector<ExtraPorts>& extras) {
  std::size_t sum = 0;
  for (const ExtraPorts& extra : extras) sum += extra.count;
  return sum;
}

}  // namespace

Result<void> NormalReport::on(const model::Event& event) {
  return model::dispatch(
      event, [this](const model::ScanStarted& one) { return begin(one); },
      [this](const model::TaskBegin& one) { return task_begin(one.task); },
      [this](const model::TaskEnd& one) { return task_end(one.task); },
      [this](const model::OpenPort& one) { return open_port(one); },
      [this](const model::Remark& one) { return remark(one); },
      [this](const model::HostRecord& one) { return host(one); },
      [this](const model::ScanFinished& one) { return finish(one); });
}

Result<void> NormalReport::begin(const model::ScanStarted& started) {
  ports_asked_ = !started.scans.empty();
  if (ports_asked_ && started.scans.front().protocol == net::Protocol::ip) asked_ = "protocol";
  list_only_ = started.depth == model::ScanDepth::list;
  const std::string minute = minute_text(started.time, options_.calendar);
  if (options_.resumed) {
    buffer_.add("# {}\n", resumed_text(started, options_));
  } else if (options_.audience == Audience::file) {
    buffer_.add("# {}\n", escape_terminal(initiated_text(started, options_)));
  } else if (options_.dialect == Dialect::nmap) {
    buffer_.add("Starting Nmap {} ( {} ) at {}\n", nmap_version, nmap_url, minute);
  } else {
    buffer_.add("Starting portolan {} at {}\n", program_version, minute);
  }
  return buffer_.send();
}

Result<void> NormalReport::task_begin(const model::TaskRecord& task) {
  task_began_ = task.time;
  if (!tells_stages()) return {};
  buffer_.add("Initiating {} at {}\n", escape_terminal(task_text(task)), clock_text(task.time, options_.calendar));
  if (task.hosts > 0) buffer_.add("Scanning {}\n", scope_text(task, options_.dialect));
  return buffer_.send();
}

Result<void> NormalReport::task_end(const model::TaskRecord& task) {
  if (!tells_stages()) return {};
  const Duration took = task.time - task_began_.value_or(task.time);
  buffer_.add("Completed {} at {}, {:.2f}s elapsed", escape_terminal(task_text(task)),
              clock_text(task.time, options_.calendar), seconds_of(took));
  if (task.hosts > 0) buffer_.add(" ({})", total_text(task, options_.dialect));
  buffer_.put("\n");
  return buffer_.send();
}

Result<void> NormalReport::open_port(const model::OpenPort& found) {
  if (!tells_stages()) return {};
  const bool is_protocol = found.port.protocol == net::Protocol::ip && options_.dialect == Dialect::portolan;
  buffer_.add("Discovered open {} {}{} on {}\n", is_protocol ? "protocol" : "port", found.port.port.value(),
              is_protocol ? "" : fmt::format("/{}", net::name_of(found.port.protocol)),
              shown_address(found.host, options_));
  return buffer_.write();
}

Result<void> NormalReport::remark(const model::Remark& said) {
  const bool tells_details = options_.verbosity > 0 && options_.dialect == Dialect::portolan;
  if (is_detail(said) ? !tells_details : options_.audience == Audience::watcher) return {};
  buffer_.add("{}\n", escape_terminal(remark_text(said, options_.dialect)));
  return buffer_.send();
}

Result<void> NormalReport::host(const HostRecord& reported) {
  // The note says why the host was not reached; advice to try -Pn behind it would be wrong.
  if (!reported.remarks.empty() && options_.dialect == Dialect::portolan) host_noted_ = true;
  silence_judged_ = silence_judged_ || took_silence_for_an_answer(reported);
  HostRecord scratch;
  const HostRecord* host = select(reported, options_, scratch);
  if (host == nullptr) return {};
  host_head(*host);
  if (host->state == model::HostState::down) {
    if (options_.dialect == Dialect::portolan && !host->remarks.empty()) {
      buffer_.add("Note: {}\n\n", escape_terminal(note_text(*host, options_.dialect)));
    }
    return buffer_.write();
  }
  host_names(*host);
  if (host->timed_out && options_.dialect == Dialect::nmap) {
    buffer_.add("Skipping host {} due to host timeout\n", title(*host, options_));
    return buffer_.write();
  }
  if (host->timed_out) buffer_.put("This host was given up after its time limit; what is listed is incomplete.\n");
  const bool knows_some = host->timed_out && !(host->ports.empty() && host->extra.empty());
  if (host->port_scanned || knows_some) host_ports(*host);
  host_tail(*host);
  return buffer_.write();
}

void NormalReport::host_head(const HostRecord& host) {
  buffer_.add("{} scan report for {}", program_name(options_.dialect), title(host, options_));
  const std::string why = shows_reasons(options_) ? ", received " + reason_text(host.reason, host.reason_ttl) : "";
  switch (host.state) {
    case model::HostState::down:
      buffer_.add(" [host down{}]\n", why);
      break;
    case model::HostState::unknown:  // -sL: nobody asked
      buffer_.put("\n");
      break;
    case model::HostState::up:
      buffer_.add("\nHost is up{}", why);
      if (host.round_trip) buffer_.add(" ({} latency)", latency_text(*host.round_trip));
      buffer_.put(".\n");
      break;
  }
}

void NormalReport::host_names(const HostRecord& host) {
  const std::string_view user = name_of_kind(host, model::HostName::Kind::user);
  const std::string_view ptr = name_of_kind(host, model::HostName::Kind::ptr);
  if (!host.other_addresses.empty()) {
    buffer_.add("Other addresses for {} (not scanned):", escape_terminal(user));
    for (const net::IpAddress& address : host.other_addresses) buffer_.add(" {}", shown_address(address, options_));
    buffer_.put("\n");
  }
  if (!user.empty() && !ptr.empty() && user != ptr) {
    buffer_.add("rDNS record for {}: {}\n", shown_address(host.address, options_), escape_terminal(ptr));
  }
}

void NormalReport::host_ports(const HostRecord& host) {
  if (options_.verbosity > 1 || options_.debugging > 0) {
    const auto took = unix_seconds(host.ended) - unix_seconds(host.started);
    buffer_.add("Scanned at {} for {}s\n", second_text(host.started, options_.calendar), took);
  }
  not_shown(host);
  port_table(host);
}

void NormalReport::not_shown(const HostRecord& host) {
  if (host.extra.empty()) return;
  if (host.ports.empty()) {
    const std::size_t count = ports_in(host.extra);
    buffer_.add("{} {} scanned {} on {} {} in ignored states.\n", count == 1 ? "The" : "All", count,
                count == 1 ? "port" : "ports", title(host, options_), count == 1 ? "is" : "are");
  }
  std::string_view separator = "Not shown: ";
  for (const ExtraPorts& extra : host.extra) {
    for (const model::ReasonCount& reason : extra.reasons) {
      buffer_.add("{}{} {} {} ({})", separator, reason.count, name_of(extra.state),
                  ports_text(reason.protocol, extra.count, options_.dialect), name_of(reason.reason));
      separator = ", ";
    }
  }
  buffer_.put("\n");
}

void NormalReport::port_table(const HostRecord& host) {
  if (host.ports.empty()) return;
  if (host.extra.empty()) buffer_.put("\n");
  const bool with_reason = shows_reasons(options_);
  const std::string_view head = lists_protocols(host) ? "PROTOCOL" : "PORT";
  const bool with_versions = is_identified(host);
  const Widths widths = widths_of(host.ports, head, with_reason || with_versions, options_.dialect);
  const std::size_t reasons = with_reason && with_versions ? reason_width(host) : 0;
  buffer_.add("{:<{}} {:<{}} {:<{}}", head, widths.port, "STATE", widths.state, "SERVICE", widths.service);
  if (with_reason) buffer_.add(" {:<{}}", "REASON", reasons);
  buffer_.put(with_versions ? " VERSION\n" : "\n");
  for (const PortRecord& port : host.ports) {
    buffer_.add("{}", port.port.value());
    if (port.protocol != net::Protocol::ip) buffer_.add("/{}", net::name_of(port.protocol));
    buffer_.add("{:{}} ", "", widths.port - port_width(port));
    if (options_.color) buffer_.put(color_of(port.state));
    buffer_.put(name_of(port.state));
    if (options_.color) buffer_.put(color_end);
    const std::string service = service_text(port, options_.dialect);
    buffer_.add("{:{}} {}", "", widths.state - name_of(port.state).size(), service);
    const std::string version = escape_terminal(version_text(port));
    if (with_reason || !version.empty()) {
      buffer_.add("{:{}}", "", widths.service - std::min(widths.service, display_width(service)));
    }
    if (with_reason) buffer_.add(" {:<{}}", reason_text(port, options_), version.empty() ? 0 : reasons);
    if (!version.empty()) buffer_.add(" {}", version);
    buffer_.put("\n");
    below_port(port, host.ended);
    if (options_.dialect == Dialect::nmap) continue;
    if (const std::string note = filter_note(host, port); !note.empty()) buffer_.add("  {}\n", note);
  }
}

void NormalReport::below_port(const PortRecord& port, model::WallTime now) {
  if (!port.identified) return;
  for (const std::string& line : script_lines(*port.identified, options_.topics)) buffer_.add("{}\n", line);
  if (options_.dialect == Dialect::nmap) return;
  for (const std::string& note : port_notes(port, now, options_)) buffer_.add("  {}\n", note);
}

std::size_t NormalReport::reason_width(const HostRecord& host) const {
  std::size_t width = std::string_view{"REASON"}.size();
  for (const PortRecord& port : host.ports) width = std::max(width, reason_text(port, options_).size());
  return width;
}

void NormalReport::host_tail(const HostRecord& host) {
  if (host.mac) {
    buffer_.add("MAC Address: {} ({})\n", net::to_string(*host.mac),
                host.vendor.empty() ? "Unknown" : escape_terminal(host.vendor));
  }
  for (const std::string& line : system_lines(host, options_.verbosity > 0)) {
    buffer_.add("{}\n", escape_terminal(line));
  }
  if (const std::string info = service_info(host); !info.empty()) buffer_.add("{}\n", info);
  for (const std::string& line : filter_lines(host, options_.dialect)) buffer_.add("{}\n", escape_terminal(line));
  if (options_.audience == Audience::watcher && options_.debugging > 0 && host.port_scanned && host.round_trip) {
    const auto microseconds = [](Duration d) {
      return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
    };
    buffer_.add("Final times for host: srtt: {} rttvar: {}  to: {}\n", microseconds(host.round_trip->smoothed),
                microseconds(host.round_trip->variation), microseconds(host.round_trip->timeout));
  }
  // nmap would not have shown this host at all; shown without this line it would be taken for whole.
  if (host.interrupted) buffer_.put("The scan of this host was stopped early; what is listed is incomplete.\n");
  if (!host.remarks.empty() && options_.dialect == Dialect::portolan) {
    buffer_.add("Note: {}\n", escape_terminal(note_text(host, options_.dialect)));
  }
  if (host.trace) buffer_.put(traces_.tell(host, options_));
  if (host.port_scanned || host.timed_out || host.trace) buffer_.put("\n");
}

Result<void> NormalReport::finish(const model::ScanFinished& finished) {
  if (options_.audience == Audience::watcher) {
    finish_for_watcher(finished);
  } else {
    finish_for_file(finished);
  }
  return buffer_.send();
}

// That it was not measured matters where something may have been missed.
bool NormalReport::shows_loss(const model::ScanFinished& finished) const {
  if (options_.dialect == Dialect::nmap || !ports_asked_ || !finished.success) return false;
  return finished.loss.asked > 0 || finished.never_asked > 0 || silence_judged_ || options_.verbosity > 0;
}

void NormalReport::finish_for_watcher(const model::ScanFinished& finished) {
  if (finished.hosts_total == 1 && finished.hosts_up == 0 && finished.success && !finished.interrupted &&
      !options_.discovery_skipped && !list_only_ && !host_noted_) {
    buffer_.put("Note: Host seems down. If it is really up, but blocking our ping probes, try -Pn\n");
  }
  // Why a scan failed is told on standard error by whoever runs it.
  if (!finished.success) return;
  const bool nmap = options_.dialect == Dialect::nmap;
  buffer_.add("{} {}: {}\n", nmap ? "Nmap" : "Portolan", finished.interrupted ? "stopped early" : "done",
              done_text(finished));
  if (nmap) return;
  if (shows_loss(finished)) buffer_.add("{}\n", loss_text(finished, asked_));
  if (options_.verbosity > 0) {
    buffer_.add("Probes sent: {}; answers seen: {}.\n", finished.probes_sent, finished.answers_seen);
  }
}

void NormalReport::finish_for_file(const model::ScanFinished& finished) {
  if (shows_loss(finished)) buffer_.add("# {}\n", loss_text(finished, asked_));
  buffer_.add("# {}\n", escape_terminal(ended_text(finished, options_)));
}

constinit const Format normal_format{
    .name = "normal",
    .option = "-oN",
    .extension = ".nmap",
    .summary = "write the text report to a file; - is standard output, here and below",
    .known_to_nmap = true,
    .in_order = true,
    .make = make<NormalReport>,
};

}  // namespace portolan::report
