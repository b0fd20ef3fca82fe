#include "report/scan/xml.h"

#include <algorithm>
#include <string>

#include "base/escape.h"
#include "base/version.h"
#include "report/scan/filter_text.h"
#include "report/scan/progress.h"
#include "report/scan/registry.h"
#include "report/scan/script_text.h"
#include "report/scan/service_text.h"
#include "report/scan/system_text.h"
#include "report/scan/wording.h"
#include "report/selection.h"

namespace portolan::report {
namespace {

using model::HostRecord;

// A command line for an attribute and for a comment alike: a comment may not hold "--" (XML 1.0
// §2.5), so the second of two hyphens becomes a character reference in both, as nmap writes it.
std::string escape_command_line(std::string_view line) {
  const std::string escaped = escape_xml(line);
  std::string out;
  out.reserve(escaped.size());
  char before = 0;
  for (const char c : escaped) {
    if (c == '-' && before == '-') {
      out += "&#45;";
    } else {
      out += c;
    }
    before = c;
  }
  return out;
}

std::string_view address_type(const net::IpAddress& address) { return address.is_v4() ? "ipv4" : "ipv6"; }

std::int64_t microseconds(Duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

// What nmap has no element for stands in the host's comment attribute.
std::string comment_of(const HostRecord& host, Dialect dialect) {
  std::string comment;
  if (host.interrupted) comment = "The scan of this host was stopped early; what is listed is incomplete.";
  if (!host.remarks.empty() && dialect == Dialect::portolan) {
    if (!comment.empty()) comment += ' ';
    comment += note_text(host, dialect);
  }
  return comment;
}

// nmap gives no ports of a host that it gave up. Under its own name portolan gives what it has; the
// attribute timedout says that it is incomplete.
bool shows_ports(const HostRecord& host, Dialect dialect) {
  if (host.timed_out ? dialect == Dialect::nmap : !host.port_scanned) return false;
  return !host.ports.empty() || !host.extra.empty();
}

std::string summary_of(const model::ScanFinished& finished, const ReportOptions& options) {
  const std::string_view how = !finished.success ? "failed" : finished.interrupted ? "stopped early" : "done";
  return fmt::format("{} {} at {}; {}", program_name(options.dialect), how, date_text(finished.time, options.calendar),
                     done_text(finished));
}

}  // namespace

Result<void> XmlReport::on(const model::Event& event) {
  return model::dispatch(
      event, [this](const model::ScanStarted& one) { return begin(one); },
      [this](const model::TaskBegin& one) { return task_begin(one.task); },
      [this](const model::Progress& one) { return progress(one); },
      [this](const model::TaskEnd& one) { return task_end(one.task); },
      [this](const model::HostRecord& one) { return host(one); },
      [this](const model::ScanFinished& one) { return finish(one); });
}

Result<void> XmlReport::begin(const model::ScanStarted& started) {
  if (options_.resumed) {
    started_ = true;
    buffer_.add("<!-- {} -->\n", resumed_text(started, options_));
  } else {
    head(started);
  }
  return buffer_.send();
}

void XmlReport::head(const model::ScanStarted& started) {
  started_ = true;
  buffer_.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n");
  if (!options_.stylesheet.empty()) {
    buffer_.add("<?xml-stylesheet href=\"{}\" type=\"text/xsl\"?>\n", escape_command_line(options_.stylesheet));
  }
  buffer_.add("<!-- {} -->\n", escape_command_line(initiated_text(started, options_)));
  buffer_.add("<nmaprun scanner=\"nmap\" args=\"{}\" start=\"{}\" startstr=\"{}\" version=\"{}\"",
              escape_command_line(command_line(started.arguments)), unix_seconds(started.time),
              date_text(started.time, options_.calendar), nmap_version);
  // The one attribute of the root element that the DTD leaves free: a name for the settings used.
  if (options_.dialect == Dialect::portolan) buffer_.add(" profile_name=\"portolan {}\"", program_version);
  buffer_.add(" xmloutputversion=\"{}\">\n", xml_output_version);
  for (const model::ScanInfo& scan : started.scans) {
    buffer_.add("<scaninfo type=\"{}\" protocol=\"{}\" numservices=\"{}\" services=\"{}\"/>\n", escape_xml(scan.type),
                net::name_of(scan.protocol), scan.ports.size(), net::to_string(scan.ports));
  }
  buffer_.add("<verbose level=\"{}\"/>\n<debugging level=\"{}\"/>\n", started.verbosity, started.debugging);
}

Result<void> XmlReport::task_begin(const model::TaskRecord& task) {
  if (options_.verbosity <= 0 && options_.debugging <= 0) return {};
  buffer_.add("<taskbegin task=\"{}\" time=\"{}\"/>\n", escape_xml(task_text(task)), unix_seconds(task.time));
  return buffer_.send();
}

Result<void> XmlReport::task_end(const model::TaskRecord& task) {
  if (options_.verbosity <= 0 && options_.debugging <= 0) return {};
  buffer_.add("<taskend task=\"{}\" time=\"{}\"", escape_xml(task_text(task)), unix_seconds(task.time));
  if (task.hosts > 0) buffer_.add(" extrainfo=\"{}\"", total_text(task, Dialect::nmap));
  buffer_.put("/>\n");
  return buffer_.send();
}

Result<void> XmlReport::progress(const model::Progress& progress) {
  if (!stats_.due(progress.elapsed)) return {};
  buffer_.add("<taskprogress task=\"{}\" time=\"{}\" percent=\"{:.2f}\"", escape_xml(task_text(progress.task)),
              unix_seconds(progress.task.time), percent_of(progress));
  if (const auto remaining = remaining_of(progress)) {
    const auto end = progress.task.time + std::chrono::duration_cast<model::WallTime::duration>(*remaining);
    buffer_.add(" remaining=\"{}\" etc=\"{}\"", std::chrono::ceil<std::chrono::seconds>(*remaining).count(),
                unix_seconds(end));
  }
  buffer_.put("/>\n");
  return buffer_.send();
}

Result<void> XmlReport::host(const HostRecord& reported) {
  HostRecord scratch;
  const HostRecord* host = select(reported, options_, scratch);
  if (host == nullptr) return {};
  host_open(*host);
  host_names(*host);
  if (shows_ports(*host, options_.dialect)) host_ports(*host);
  host_close(*host);
  return buffer_.write();
}

void XmlReport::host_open(const HostRecord& host) {
  buffer_.put("<host");
  if (host.port_scanned || host.timed_out) {
    buffer_.add(" starttime=\"{}\" endtime=\"{}\"", unix_seconds(host.started), unix_seconds(host.ended));
  }
  if (host.timed_out) buffer_.put(" timedout=\"true\"");
  const std::string comment = comment_of(host, options_.dialect);
  if (!comment.empty()) buffer_.add(" comment=\"{}\"", escape_xml(comment));
  buffer_.add("><status state=\"{}\" reason=\"{}\" reason_ttl=\"{}\"/>\n", name_of(host.state), name_of(host.reason),
              host.reason_ttl);
  buffer_.add("<address addr=\"{}\" addrtype=\"{}\"/>\n", plain_address(host.address), address_type(host.address));
  if (!host.mac) return;
  buffer_.add("<address addr=\"{}\" addrtype=\"mac\"", net::to_string(*host.mac));
  if (!host.vendor.empty()) buffer_.add(" vendor=\"{}\"", escape_xml(host.vendor));
  buffer_.put("/>\n");
}

void XmlReport::host_names(const HostRecord& host) {
  // Parsers find the element in every host that is up, even where it is empty, as in nmap's.
  if (host.names.empty() && host.state != model::HostState::up) return;
  buffer_.put("<hostnames>\n");
  for (const model::HostName& name : host.names) {
    buffer_.add("<hostname name=\"{}\" type=\"{}\"/>\n", escape_xml(name.name),
                name.kind == model::HostName::Kind::user ? "user" : "PTR");
  }
  buffer_.put("</hostnames>\n");
}

void XmlReport::host_ports(const HostRecord& host) {
  buffer_.put("<ports>");
  for (const model::ExtraPorts& extra : host.extra) {
    buffer_.add("<extraports state=\"{}\" count=\"{}\">\n", name_of(extra.state), extra.count);
    for (const model::ReasonCount& reason : extra.reasons) {
      buffer_.add("<extrareasons reason=\"{}\" count=\"{}\" proto=\"{}\" ports=\"{}\"/>\n", name_of(reason.reason),
                  reason.count, net::name_of(reason.protocol), net::to_string(reason.ports));
    }
    buffer_.put("</extraports>\n");
  }
  for (const model::PortRecord& each : host.ports) port(each);
  buffer_.put("</ports>\n");
}

void XmlReport::port(const model::PortRecord& port) {
  buffer_.add("<port protocol=\"{}\" portid=\"{}\"><state state=\"{}\" reason=\"{}\" reason_ttl=\"{}\"",
              net::name_of(port.protocol), port.port.value(), name_of(port.state), name_of(port.reason),
              port.reason_ttl);
  if (port.reason_address) buffer_.add(" reason_ip=\"{}\"", plain_address(*port.reason_address));
  buffer_.put("/>");
  if (port.identified && (!port.identified->untouched || !port.identified->name.empty())) {
    service(port);
  } else if (const auto name = port_name(port, options_.dialect); !name.empty()) {
    // Confidence 3 of 10: the name comes from the port's number, nobody asked the service. What an IP protocol's number
    // stands for is settled.
    const int confidence = port.protocol == net::Protocol::ip ? 8 : 3;
    buffer_.add("<service name=\"{}\" method=\"table\" conf=\"{}\"/>", escape_xml(name), confidence);
  }
  if (port.identified) buffer_.put(script_elements(*port.identified, options_.topics));
  buffer_.put("</port>\n");
}

// In nmap's order, which some readers match as text.
void XmlReport::service(const model::PortRecord& port) {
  const model::ServiceRecord& service = *port.identified;
  std::string_view name = service.name;
  if (service.wrapped) name = "tcpwrapped";
  const bool probed = !name.empty();
  if (!probed) name = port_name(port, options_.dialect);
  if (name.empty()) name = "unknown";
  buffer_.add("<service name=\"{}\"", escape_xml(name));
  const auto add = [this](std::string_view attribute, const std::string& value) {
    if (!value.empty()) buffer_.add(" {}=\"{}\"", attribute, escape_xml(value));
  };
  add("product", service.product);
  add("version", service.version);
  add("extrainfo", service.extra);
  add("hostname", service.host_name);
  add("ostype", service.system);
  add("devicetype", service.device);
  if (service.in_tunnel()) buffer_.put(" tunnel=\"ssl\"");
  buffer_.add(" method=\"{}\" conf=\"{}\"", probed ? "probed" : "table", nmap_confidence(service));
  if (service.cpes.empty()) return buffer_.put("/>");
  buffer_.put(">");
  for (const std::string& cpe : service.cpes) buffer_.add("<cpe>{}</cpe>", escape_xml(cpe_uri(cpe, service.version)));
  buffer_.put("</service>");
}

// Hops that nobody answered from are left out, as nmap leaves them out.
void XmlReport::trace(const model::Trace& trace) {
  buffer_.put("<trace");
  if (trace.port) buffer_.add(" port=\"{}\"", trace.port->value());
  if (!trace.protocol.empty()) buffer_.add(" proto=\"{}\"", escape_xml(trace.protocol));
  buffer_.put(">\n");
  for (const model::Hop& hop : trace.hops) {
    if (!hop.address) continue;
    buffer_.add("<hop ttl=\"{}\" ipaddr=\"{}\"", hop.ttl, plain_address(*hop.address));
    buffer_.add(" rtt=\"{}\"", hop.round_trip ? hop_time(*hop.round_trip) : "--");
    if (!hop.name.empty()) buffer_.add(" host=\"{}\"", escape_xml(hop.name));
    buffer_.put("/>\n");
  }
  buffer_.put("</trace>\n");
}

void XmlReport::host_close(const HostRecord& host) {
  if (host.system) buffer_.put(system_elements(host));
  if (host.filter) buffer_.put(filter_elements(host));
  if (host.trace && !host.trace->hops.empty()) trace(*host.trace);
  if (host.round_trip) {
    buffer_.add("<times srtt=\"{}\" rttvar=\"{}\" to=\"{}\"/>\n", microseconds(host.round_trip->smoothed),
                microseconds(host.round_trip->variation), microseconds(host.round_trip->timeout));
  }
  buffer_.put("</host>\n");
}

Result<void> XmlReport::finish(const model::ScanFinished& finished) {
  // A failure so early that nothing was told yet still leaves a document that parsers accept.
  if (!started_ && !options_.resumed)
    head({.version = {}, .arguments = {}, .time = finished.time, .scans = {}, .from = {}});
  buffer_.add("<runstats><finished time=\"{}\" timestr=\"{}\" summary=\"{}\" elapsed=\"{:.2f}\"",
              unix_seconds(finished.time), date_text(finished.time, options_.calendar),
              escape_xml(summary_of(finished, options_)), seconds_of(finished.elapsed));
  if (finished.success && !finished.interrupted) {
    buffer_.put(" exit=\"success\"/>");
  } else {
    buffer_.add(" exit=\"error\" errormsg=\"{}\"/>",
                escape_xml(finished.success ? std::string_view{"The scan was interrupted."} : finished.error));
  }
  // What is not up counts as down here, whether it was asked or not (-sL), so that the sum is right.
  buffer_.add("<hosts up=\"{}\" down=\"{}\" total=\"{}\"/>\n</runstats>\n</nmaprun>\n", finished.hosts_up,
              finished.hosts_total - std::min(finished.hosts_up, finished.hosts_total), finished.hosts_total);
  return buffer_.send();
}

constinit const Format xml_format{
    .name = "xml",
    .option = "-oX",
    .extension = ".xml",
    .summary = "write nmap's XML",
    .known_to_nmap = true,
    .in_order = true,
    .make = make<XmlReport>,
};

}  // namespace portolan::report
