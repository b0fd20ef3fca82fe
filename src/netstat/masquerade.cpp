// netstat -M: connections whose addresses are translated on the way. net-tools reads a file that Linux had until 2.2;
// what connection tracking knows is put into the same layout.

#include "base/text.h"
#include "netstat/kernel_text.h"
#include "netstat/view_text.h"
#include "netstat/views.h"

namespace portolan::netstat {
namespace {

// What net-tools says on every Linux since 2.4, and portolan where nothing is translated.
constexpr std::string_view no_support = "netstat: no support for `ip_masquerade' on this system.";
constexpr std::string_view file = "/proc/net/nf_conntrack";

std::string port_text(std::string_view protocol, std::uint16_t port, const Machine& machine,
                      const ViewOptions& options) {
  const bool numeric = options.numeric_ports || protocol.starts_with("icmp") || !machine.service;
  const std::string_view name = numeric ? std::string_view{} : machine.service(protocol, port);
  return name.empty() ? std::to_string(port) : shown(name);
}

// The destination is where packets really arrive, and the number in parentheses the port (of ICMP, the identifier)
// that it takes them to come from.
void add_connection(View& view, const Connection& connection, const Machine& machine, const ViewOptions& options) {
  constexpr std::uint64_t minute = 60;
  const bool icmp = connection.protocol.starts_with("icmp");
  append(view.output, "{:<4}{:>3}:{:02}.00 ", shown(connection.protocol), connection.expires / minute,
         connection.expires % minute);
  // The tracker tells nothing of how it moves sequence numbers.
  if (options.extended > 0) append(view.output, "{:>10} {:>5} {:>5} ", 0, 0, 0);
  const std::uint16_t source_port = connection.asked.source_port;
  const std::uint16_t to_port = icmp ? connection.asked.destination_port : connection.answered.source_port;
  const std::uint16_t outside = icmp ? connection.answered.source_port : connection.answered.destination_port;
  append(view.output, "{:<20} {:<20} {} -> {} ({})\n", host_text(connection.asked.source, machine, options),
         host_text(connection.answered.source, machine, options),
         port_text(connection.protocol, source_port, machine, options),
         port_text(connection.protocol, to_port, machine, options), outside);
}

}  // namespace

View masquerade(const Machine& machine, const ViewOptions& options) {
  View view;
  const auto text = read(machine, file);
  if (!text && text.error().code == Errc::privilege) {
    complain(view, fmt::format("netstat: {}; only root may read them", text.error().message));
    return view;
  }
  if (!text) {
    complain(view, no_support);
    return view;
  }
  for (const std::string_view line : lines_of(*text)) {
    const auto connection = parse_connection(line);
    if (!connection || !is_translated(*connection)) continue;
    if (view.output.empty()) {
      view.output = "IP masquerading entries\n";
      view.output += options.extended > 0
                         ? "prot   expire    initseq delta prevd source               destination          ports\n"
                         : "prot   expire source               destination          ports\n";
    }
    add_connection(view, *connection, machine, options);
  }
  if (view.output.empty()) complain(view, no_support);
  return view;
}

}  // namespace portolan::netstat
