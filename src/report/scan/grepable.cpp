#include "report/scan/grepable.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/escape.h"
#include "report/scan/registry.h"
#include "report/scan/service_text.h"
#include "report/scan/system_text.h"
#include "report/scan/wording.h"
#include "report/selection.h"

namespace portolan::report {
namespace {

using model::HostRecord;

// A slash separates the fields of a port, a comma the ports.
std::string field(std::string_view text) {
  std::string out = escape_terminal(text);
  std::ranges::replace(out, '/', '|');
  std::ranges::replace(out, ',', ';');
  return out;
}

// "Host: 198.18.0.2 (name)"; the name is the address's own (PTR), as in nmap's.
std::string head_of(const HostRecord& host) {
  return fmt::format("Host: {} ({})", plain_address(host.address),
                     escape_terminal(name_of_kind(host, model::HostName::Kind::ptr)));
}

std::string_view status_of(model::HostState state) {
  switch (state) {
    case model::HostState::up:
      return "Up";
    case model::HostState::down:
      return "Down";
    case model::HostState::unknown:
      return "Unknown";
  }
  return "Unknown";
}

net::PortSet ports_of(const model::ScanStarted& started, net::Protocol protocol) {
  net::PortSet ports;
  for (const model::ScanInfo& scan : started.scans) {
    if (scan.protocol != protocol) continue;
    for (const net::PortRange range : scan.ports.ranges()) ports.insert(range);
  }
  return ports;
}

}  // namespace

Result<void> GrepableReport::on(const model::Event& event) {
  return model::dispatch(
      event, [this](const model::ScanStarted& one) { return begin(one); },
      [this](const model::HostRecord& one) { return host(one); },
      [this](const model::ScanFinished& one) { return finish(one); });
}

Result<void> GrepableReport::begin(const model::ScanStarted& started) {
  if (options_.resumed) {
    buffer_.add("# {}\n", resumed_text(started, options_));
    return buffer_.send();
  }
  buffer_.add("# {}\n", escape_terminal(initiated_text(started, options_)));
  if (options_.verbosity > 0) {
    const net::PortSet tcp = ports_of(started, net::Protocol::tcp);
    const net::PortSet udp = ports_of(started, net::Protocol::udp);
    const net::PortSet sctp = ports_of(started, net::Protocol::sctp);
    const net::PortSet ip = ports_of(started, net::Protocol::ip);
    buffer_.add("# Ports scanned: TCP({};{}) UDP({};{}) SCTP({};{}) PROTOCOLS({};{})\n", tcp.size(),
                net::to_string(tcp), udp.size(), net::to_string(udp), sctp.size(), net::to_string(sctp), ip.size(),
                net::to_string(ip));
  }
  return buffer_.send();
}

Result<void> GrepableReport::host(const HostRecord& reported) {
  HostRecord scratch;
  const HostRecord* host = select(reported, options_, scratch);
  if (host == nullptr) return {};
  const std::string head = head_of(*host);
  host_status(head, status_of(host->state));
  if (host->timed_out) host_status(head, "Timeout");
  const bool shows_ports = host->timed_out ? options_.dialect == Dialect::portolan : host->port_scanned;
  if (shows_ports) host_ports(head, *host);
  if (host->interrupted) buffer_.add("# {}: stopped early, incomplete\n", head);
  return buffer_.write();
}

void GrepableReport::host_status(std::string_view head, std::string_view status) {
  buffer_.add("{}\tStatus: {}\n", head, status);
}

void GrepableReport::host_ports(std::string_view head, const HostRecord& host) {
  if (host.ports.empty() && host.extra.empty()) return;
  buffer_.add("{}\t{}: ", head, lists_protocols(host) ? "Protocols" : "Ports");
  std::string_view separator;
  for (const model::PortRecord& port : host.ports) {
    if (port.protocol == net::Protocol::ip) {
      buffer_.add("{}{}/{}/{}/", separator, port.port.value(), name_of(port.state),
                  field(port_name(port, options_.dialect)));
    } else {
      const std::string service = field(port.identified ? service_name(port, options_.dialect)
                                                        : std::string{port_name(port, options_.dialect)});
      buffer_.add("{}{}/{}/{}//{}//{}/", separator, port.port.value(), name_of(port.state), net::name_of(port.protocol),
                  service, field(version_text(port)));
    }
    separator = ", ";
  }
  // The field holds one state. Where there are more, nmap leaves it out too.
  if (host.extra.size() == 1) {
    buffer_.add("\tIgnored State: {} ({})", name_of(host.extra.front().state), host.extra.front().count);
  }
  buffer_.put(system_fields(host));
  buffer_.put("\n");
}

Result<void> GrepableReport::finish(const model::ScanFinished& finished) {
  buffer_.add("# {}\n", escape_terminal(ended_text(finished, options_)));
  return buffer_.send();
}

constinit const Format grepable_format{
    .name = "grepable",
    .option = "-oG",
    .extension = ".gnmap",
    .summary = "write nmap's grepable lines, one host a line",
    .known_to_nmap = true,
    .in_order = true,
    .make = make<GrepableReport>,
};

}  // namespace portolan::report
