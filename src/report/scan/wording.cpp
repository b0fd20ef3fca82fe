#include "report/scan/wording.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error_name.h"
#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "base/version.h"
#include "probe/registry.h"
#include "report/sockets/gap_records.h"

namespace portolan::report {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void append_argument(std::string& line, std::string_view argument) {
  const bool quoted = std::ranges::any_of(argument, is_space);
  if (quoted) line += '"';
  for (const char c : argument) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  if (quoted) line += '"';
}

}  // namespace

std::string_view plural(std::size_t count, std::string_view one, std::string_view many) {
  return count == 1 ? one : many;
}

std::string command_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (&argument != &arguments.front()) line += ' ';
    append_argument(line, argument);
  }
  return line;
}

std::string two_digits(double value) {
  // Where the first digit stands: 0 for ones, -1 for tenths. Nothing has one, so tenths it is.
  const int first = value == 0 ? -1 : static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const int last = first - 1;
  const double unit = std::pow(10.0, last);
  return fmt::format("{:.{}f}", std::floor(value / unit + 0.5) * unit, std::max(0, -last));
}

std::string latency_text(const model::RoundTrip& round_trip) {
  // Whole microseconds, as the XML tells it too.
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(round_trip.smoothed).count();
  return two_digits(static_cast<double>(microseconds) / 1e6) + "s";
}

std::string hop_time(Duration round_trip) { return fmt::format("{:.2f}", 1000 * seconds_of(round_trip)); }

std::string plain_address(const net::IpAddress& address) { return net::to_string(address.without_zone()); }

std::optional<std::string> zone_name(const net::IpAddress& address, const ReportOptions& options) {
  if (address.zone() == 0 || options.zone_name == nullptr) return std::nullopt;
  std::string name = options.zone_name(address.zone());
  if (name.empty()) return std::nullopt;
  return name;
}

std::string shown_address(const net::IpAddress& address, const ReportOptions& options) {
  if (options.dialect == Dialect::nmap) return plain_address(address);
  const auto name = zone_name(address, options);
  return name ? plain_address(address) + '%' + escape_terminal(*name) : net::to_string(address);
}

std::string_view name_of_kind(const model::HostRecord& host, model::HostName::Kind kind) {
  const auto name = std::ranges::find(host.names, kind, &model::HostName::kind);
  return name == host.names.end() ? std::string_view{} : std::string_view{name->name};
}

std::string title(const model::HostRecord& host, const ReportOptions& options) {
  std::string address = shown_address(host.address, options);
  std::string_view name = name_of_kind(host, model::HostName::Kind::user);
  if (name.empty()) name = name_of_kind(host, model::HostName::Kind::ptr);
  if (name.empty()) return address;
  return fmt::format("{} ({})", escape_terminal(name), address);
}

bool has_service(const model::PortRecord& port) { return !port.service.empty() && port.service != "unknown"; }

bool lists_protocols(const model::HostRecord& host) {
  if (!host.ports.empty()) return host.ports.front().protocol == net::Protocol::ip;
  return !host.extra.empty() && !host.extra.front().reasons.empty() &&
         host.extra.front().reasons.front().protocol == net::Protocol::ip;
}

bool shows_reasons(const ReportOptions& options) {
  return options.reason || options.verbosity > 1 || options.debugging > 0;
}

std::string reason_text(model::Reason reason, std::uint8_t ttl) {
  return ttl == 0 ? std::string{name_of(reason)} : fmt::format("{} ttl {}", name_of(reason), ttl);
}

std::string reason_text(const model::PortRecord& port, const ReportOptions& options) {
  std::string text{name_of(port.reason)};
  if (port.reason_address) text += " from " + shown_address(*port.reason_address, options);
  if (port.reason_ttl != 0) append(text, " ttl {}", port.reason_ttl);
  return text;
}

std::string_view program_name(Dialect dialect) { return dialect == Dialect::nmap ? "Nmap" : "portolan"; }

std::string done_text(const model::ScanFinished& finished) {
  return fmt::format("{} {} ({} {} up) scanned in {:.2f} seconds", finished.hosts_total,
                     plural(finished.hosts_total, "IP address", "IP addresses"), finished.hosts_up,
                     plural(finished.hosts_up, "host", "hosts"), seconds_of(finished.elapsed));
}

std::string initiated_text(const model::ScanStarted& started, const ReportOptions& options) {
  const std::string_view version = options.dialect == Dialect::nmap ? nmap_version : program_version;
  return fmt::format("{} {} scan initiated {} as: {}", program_name(options.dialect), version,
                     date_text(started.time, options.calendar), command_line(started.arguments));
}

std::string resumed_text(const model::ScanStarted& started, const ReportOptions& options) {
  return fmt::format("{} scan resumed at {}", program_name(options.dialect), date_text(started.time, options.calendar));
}

std::string ended_text(const model::ScanFinished& finished, const ReportOptions& options) {
  const std::string_view program = program_name(options.dialect);
  const std::string date = date_text(finished.time, options.calendar);
  if (!finished.success) return fmt::format("{} scan failed at {}: {}", program, date, finished.error);
  const std::string_view how = finished.interrupted ? "scan interrupted" : "done";
  return fmt::format("{} {} at {} -- {}", program, how, date, done_text(finished));
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3;) text.insert(i -= 3, ",");
  return text;
}

namespace {

// What the loss says about open ports; "" where it says nothing.
std::string missed_text(const model::ScanFinished& finished, std::string_view what) {
  const std::uint64_t unknown = finished.hosts_not_measured;
  if (!finished.expected_missed_open && unknown == 0) return {};
  if (!finished.expected_missed_open) return fmt::format("; how many open {}s were missed is not known", what);
  std::string among = finished.never_asked > 0 ? " among those that were asked" : "";
  if (unknown > 0) {
    append(among, ", not counting {} {} at which too little was measured to know", grouped(unknown),
           plural(unknown, "host", "hosts"));
  }
  if (!(*finished.expected_missed_open >= 0.01)) {
    return fmt::format("; fewer than 0.01 open {}s are expected to have been missed{}", what, among);
  }
  return fmt::format("; about {} open {}s are expected to have been missed{}",
                     two_digits(*finished.expected_missed_open), what, among);
}

std::string never_asked_text(const model::ScanFinished& finished, std::string_view what) {
  const std::uint64_t count = finished.never_asked;
  if (count == 0) return {};
  return fmt::format(" {} {}{} never asked{}.", grouped(count), what, count == 1 ? " was" : "s were",
                     finished.interrupted ? ", because the scan was stopped" : "");
}

}  // namespace

bool took_silence_for_an_answer(const model::HostRecord& host) {
  const auto silent = [](const auto& ports) { return ports.reason == model::Reason::no_response; };
  return std::ranges::any_of(host.ports, silent) ||
         std::ranges::any_of(
             host.extra, [&](const model::ExtraPorts& extra) { return std::ranges::any_of(extra.reasons, silent); });
}

std::string loss_text(const model::ScanFinished& finished, std::string_view what) {
  const std::string never_asked = never_asked_text(finished, what);
  if (finished.loss.asked == 0) {
    return "Loss was not measured: the scan was too short, or nothing answered." + never_asked;
  }
  const double percent = 100.0 * static_cast<double>(finished.loss.lost) / static_cast<double>(finished.loss.asked);
  return fmt::format("Measured loss: {}% ({} of {} loss {} unanswered){}.{}", percent == 0 ? "0" : two_digits(percent),
                     finished.loss.lost, finished.loss.asked, plural(finished.loss.asked, "probe", "probes"),
                     missed_text(finished, what), never_asked);
}

std::string task_text(const model::TaskRecord& task) {
  if (task.name == "ping") return "Ping Scan";
  if (task.name == "traceroute") return "Traceroute";
  if (task.name == "filters") return "Firewall Detection";
  if (task.name == probe::stack.name) return std::string{probe::stack.task};
  const probe::Probe* const probe = probe::find(task.name);
  return probe == nullptr ? task.name : std::string{probe->task};
}

namespace {

// nmap has ports alone.
std::string asked_text(const model::TaskRecord& task, std::size_t count, Dialect dialect) {
  const probe::Probe* const probe = probe::find(task.name);
  const bool protocols = probe != nullptr && probe->asks == probe::Asks::ip_protocols && dialect == Dialect::portolan;
  return fmt::format("{}{}", protocols ? "protocol" : "port", count == 1 ? "" : "s");
}

}  // namespace

std::string scope_text(const model::TaskRecord& task, Dialect dialect) {
  const std::string ports = asked_text(task, task.questions, dialect);
  if (task.host) return fmt::format("{} [{} {}]", plain_address(*task.host), task.questions, ports);
  return fmt::format("{} {} [{} {}/host]", task.hosts, plural(task.hosts, "host", "hosts"), task.questions, ports);
}

std::string total_text(const model::TaskRecord& task, Dialect dialect) {
  const std::size_t count = task.finds_hosts ? task.hosts : task.hosts * task.questions;
  const std::size_t shown = dialect == Dialect::nmap ? 0 : count;  // nmap has one form for all numbers
  return fmt::format("{} total {}", count,
                     task.finds_hosts ? plural(shown, "host", "hosts") : asked_text(task, shown, dialect));
}

namespace {

// What is said where a cause comes up.
struct Sentence {
  std::string_view cause;
  std::string_view pattern;
};

constexpr std::array no_way_sentences{
    Sentence{"ENETUNREACH", message("no route leads to {target}")},
    Sentence{"EHOSTUNREACH", message("a route of this machine calls {target} unreachable")},
    Sentence{"EACCES", message("a route of this machine prohibits {target}")},
    Sentence{"EINVAL", message("a route of this machine throws packets to {target} away")},
    Sentence{"no-host", message("{target} names no host; for this machine use localhost")},
    Sentence{"broadcast", message("{target} is a broadcast address and names no host")},
    Sentence{"multicast", message("{target} is a multicast address and names no host")},
    Sentence{"no-zone",
             message("{target} is a link-local address: name its interface, as in {target}%eth0 or with -e")},
    Sentence{"interface-down", message("the way to {target} is {interface}, which is down")},
    Sentence{"leads-home", message("the way to {target} is {interface}, which leads to this machine alone")},
    Sentence{"no-carrier",
             message("the way to {target} is {interface}, which has no carrier (no cable, or the other end is down)")},
    Sentence{"no-source-address", message("{interface} has no {family} address to reach {target} from")},
};

constexpr std::array by_kernel_sentences{
    Sentence{"device", message("its device is no Ethernet, or does without ARP")},
    Sentence{"encapsulation", message("its route wraps them")},
    Sentence{"next-hop", message("the next hop is of the other address family")},
    Sentence{"ipsec", message("an IPsec policy of this machine may be about them")},
    Sentence{"filter", message("a firewall of this machine may be about them")},
    Sentence{"hidden",
             message("without CAP_NET_ADMIN nobody sees whether a firewall or an IPsec policy is about them")},
    Sentence{"unread", message("what the kernel says of firewalls and IPsec policies cannot be read")},
    Sentence{"neighbour", message("its link-layer address was set by hand")},
};

constexpr std::array unresolved_sentences{
    Sentence{"no-such-name", message("cannot resolve '{name}': no such name")},
    Sentence{
        "name-servers-silent",
        message(
            "cannot resolve '{name}': the name servers do not answer; check the network, or name addresses instead")},
    Sentence{"name-servers-refuse", message("cannot resolve '{name}': the name servers refuse to look it up")},
    Sentence{
        "name-file-is-fifo",
        message(
            "cannot resolve '{name}': a file that is read for it, such as /etc/resolv.conf or /etc/hosts, is a FIFO")},
    Sentence{"no-address", message("cannot resolve '{name}': it has no address")},
    Sentence{"not-looked-up", message("the name '{name}' is not looked up here")},
    Sentence{"only-ipv4",
             message("'{name}' is IPv4, but only IPv6 (-6) was asked for; leave that option out to scan it")},
    Sentence{"only-ipv6",
             message("'{name}' is IPv6, but only IPv4 (-4) was asked for; leave that option out to scan it")},
};

// A version that had no codes for causes wrote them as sentences, and nothing of what they are about.
std::string no_way_text(const model::Remark& remark) {
  const std::string_view cause = remark.text(0);
  const std::string_view target = remark.text(1);
  if (target.empty()) return std::string{cause};
  const auto known = std::ranges::find(no_way_sentences, cause, &Sentence::cause);
  if (known == no_way_sentences.end()) {
    return said("cannot find a route to {0}: {1}", target, words_of_error(cause));
  }
  return said_as(known->pattern, fmt::arg("target", target), fmt::arg("interface", remark.text(2)),
                 fmt::arg("family", target.contains(':') ? "IPv6" : "IPv4"));
}

std::string by_kernel_text(const model::Remark& remark) {
  const auto known = std::ranges::find(by_kernel_sentences, remark.text(0), &Sentence::cause);
  return said("The kernel's IP layer sends the packets to {0}: {1}.", remark.text(1),
              known == by_kernel_sentences.end() ? remark.text(0) : translated(known->pattern));
}

std::string not_resolved_text(const model::Remark& remark) {
  constexpr std::size_t longest = 80;  // a name that is longer would bury the sentence
  const std::string_view cause = remark.text(2);
  std::string name{remark.text(3).substr(0, longest)};
  if (name.empty()) return std::string{cause};
  if (remark.text(3).size() > longest) name += "...";
  const auto known = std::ranges::find(unresolved_sentences, cause, &Sentence::cause);
  if (known == unresolved_sentences.end()) {
    return said("cannot resolve '{0}': {1}", name, words_of_error(cause));
  }
  return said_as(known->pattern, fmt::arg("name", name));
}

// Of a target as it was typed.
std::string_view host_typed_in(std::string_view expression) { return expression.substr(0, expression.find('/')); }

std::string unresolved_text(const model::Remark& remark, Dialect dialect) {
  if (dialect == Dialect::nmap) {
    const std::string_view host = host_typed_in(remark.text(1));
    if (remark.text(2) == "only-ipv6" && host.contains(':')) {
      return fmt::format("{} looks like an IPv6 target specification -- you have to use the -6 option.", host);
    }
    return fmt::format("Failed to resolve \"{}\".", host);
  }
  if (remark.text(0).empty()) return not_resolved_text(remark);
  return fmt::format("{}: {}", remark.text(0), not_resolved_text(remark));
}

std::string names_pending_text(const model::Remark& remark) {
  const std::uint64_t others = std::max<std::uint64_t>(remark.number(0), 1) - 1;
  if (others == 0) return fmt::format("{} was still being looked up, so it was not scanned", remark.text(1));
  return fmt::format("{} and {} {} were still being looked up, so they were not scanned", remark.text(1),
                     grouped(others), plural(others, "other name", "other names"));
}

std::string other_protocol_text(std::string_view protocol, Dialect dialect) {
  if (protocol == net::name_of(net::Protocol::ip)) {
    if (dialect == Dialect::portolan) return "-p names IP protocols, which are not asked: -sO asks them";
    return "WARNING: Your ports include \"P:\" but you haven't specified IP Protocol scan with -sO.";
  }
  const bool udp = protocol == net::name_of(net::Protocol::udp);
  const std::string_view name = udp ? "UDP" : "SCTP";
  if (dialect == Dialect::portolan) {
    return fmt::format("-p names {} ports, which are not asked: {} asks them", name, udp ? "-sU" : "-sY");
  }
  return fmt::format("WARNING: Your ports include \"{}\" but you haven't specified {} scan with {}.",
                     udp ? "U:" : "S:", name, udp ? "-sU" : "-sY or -sZ");
}

std::string refused_text(const model::Remark& remark) {
  const std::string why =
      remark.text(1) == "EPERM" ? std::string{translated("its firewall forbids it")} : words_of_error(remark.text(1));
  if (remark.text(2).empty()) {
    return counted("this machine itself refused to send {0} probe: {1}; what was not asked by it is told as such",
                   "this machine itself refused to send {0} probes: {1}; what was not asked by them is told as such",
                   remark.number(0), why);
  }
  return counted(
      "this machine itself refused to send {0} probe to {1}: {2}; what was not asked by it is told as such",
      "this machine itself refused to send {0} probes to {1}: {2}; what was not asked by them is told as such",
      remark.number(0), remark.text(2), why);
}

std::string host_remark_text(const model::Remark& remark) {
  using enum model::RemarkCode;
  switch (remark.code) {
    case nothing_answered:
      return std::string{translated(
          "Nothing here answered. Whether the host is up was not asked, because it was named by itself or -Pn "
          "given.")};
    case stopped_answering:
      return std::string{translated(
          "It answered at first, and then nothing came any more, however slowly it was asked: it may block who asks "
          "so much. Ports told as filtered may be open.")};
    case limits_answers:
      return said(
          "This host limits its answers to about {:.0f} a second: ports told as filtered may be closed. Fewer ports, "
          "or -T2, would tell.",
          remark.real(0));
    case limits_errors:
      if (remark.real(0) == 0) {
        return std::string{translated(
            "This host limits how often it says what is closed: what is told as open|filtered may be closed.")};
      }
      return said(
          "This host limits how often it says what is closed, to about {:.3g} a second: what is told as open|filtered "
          "may be closed. More --max-retries would tell.",
          remark.real(0));
    case may_limit_errors:
      return std::string{
          translated("Whether this host limits how often it says what is closed was not found out with so few retries: "
                     "what is told "
                     "as open|filtered may be closed. More --max-retries would tell.")};
    case gateway_silent:
      return said("The gateway {} does not answer on its link.", remark.text(0));
    case link_address_silent:
      return said("It does not answer {} on its own link, so nothing can be sent to it.",
                  remark.text(0) == "arp" ? std::string_view{"ARP"} : translated("neighbour discovery"));
    case services_unknown:
      return counted(
          "Who answers at 1 of its open ports was not found out in {1} s; a longer --host-timeout gives it more time.",
          "Who answers at {0} of its open ports was not found out in {1} s; a longer --host-timeout gives them more "
          "time.",
          remark.number(0), remark.number(1));
    case no_way:
      return no_way_text(remark);
    default:
      return std::string{remark.text(0)};
  }
}

}  // namespace

bool is_detail(const model::Remark& remark) {
  return remark.code == model::RemarkCode::sent_by_kernel || remark.code == model::RemarkCode::named_again;
}

std::string line_of_nmap_before(const model::Remark& remark) {
  if (remark.code != model::RemarkCode::unresolved) return "";
  const std::string_view host = host_typed_in(remark.text(1));
  const bool is_range = host.find_first_not_of("0123456789.,-*") == std::string_view::npos &&
                        host.find_first_of(",-*") != std::string_view::npos;
  if (host.contains(':') || is_range) return "";
  if (remark.text(2) == "only-ipv4") {
    return fmt::format("Warning: Hostname {} resolves, but not to any IPv6 address. Try scanning without -6", host);
  }
  if (remark.text(2) == "only-ipv6") {
    return fmt::format("Warning: Hostname {} resolves, but not to any IPv4 address. Try scanning with -6", host);
  }
  return "";
}

std::string remark_text(const model::Remark& remark, Dialect dialect) {
  using enum model::RemarkCode;
  switch (remark.code) {
    case nothing_answered:
    case limits_answers:
    case limits_errors:
    case may_limit_errors:
    case stopped_answering:
    case gateway_silent:
    case link_address_silent:
    case services_unknown:
    case no_way:
    case noted:
      return host_remark_text(remark);
    case no_way_to_some:
      return said("{}; other targets without a way are only counted as down", no_way_text(remark));
    case refused_here:
      return refused_text(remark);
    case dropped_here:
      return counted(
          "1 packet was lost on this machine for want of room; what it would have answered was asked again",
          "{0} packets were lost on this machine for want of room; what they would have answered was asked again",
          remark.number(0));
    case answers_for_all:
      return said(
          "{0} answers {1} for {2} too, which nobody can have: that it answers for an address says nothing; "
          "such addresses were asked by other questions",
          remark.text(0), remark.text(2) == "arp" ? std::string_view{"ARP"} : translated("neighbour discovery"),
          remark.text(1));
    case sent_by_kernel:
      return by_kernel_text(remark);
    case no_targets:
      return "WARNING: No targets were specified, so 0 hosts scanned.";
    case unresolved:
      return unresolved_text(remark, dialect);
    case named_again:
      return said("{0} is {1}, which was a target already; it has that name in no report, because it came late",
                  remark.text(0), remark.text(1));
    case names_pending:
      return names_pending_text(remark);
    case connects_instead:
      return "no CAP_NET_RAW, so ports are asked by full connections (-sT); as root, half-open ones (-sS) are used";
    case routes_unknown:
      return said(
          "the kernel does not tell its routes ({}), so everything is asked by connections (-sT), which do without",
          words_of_error(remark.text(0)));
    case packets_refused:
      return said("packet sockets are refused here ({}), so everything is asked by connections (-sT), which do without",
                  words_of_error(remark.text(0)));
    case connects_for_discovery:
      return dialect == Dialect::nmap
                 ? "Warning:  You are not root -- using TCP pingscan rather than ICMP"
                 : std::string{translated("without raw packets hosts are asked by TCP connections instead of ICMP")};
    case no_tcp_ports:
      return "WARNING: a TCP scan type was requested, but no tcp ports were specified.  Skipping this scan type.";
    case no_udp_ports:
      return "WARNING: UDP scan was requested, but no udp ports were specified.  Skipping this scan type.";
    case no_ip_protocols:
      return "WARNING: protocol scan was requested, but no protocols were specified to be scanned.  Skipping this scan "
             "type.";
    case other_protocol:
      return other_protocol_text(remark.text(0), dialect);
    default:
      return gap_text(remark);  // about a list of sockets
  }
}

std::string note_text(const model::HostRecord& host, Dialect dialect) {
  std::string text;
  for (const model::Remark& remark : host.remarks) {
    if (!text.empty()) text += ' ';
    text += remark_text(remark, dialect);
  }
  return text;
}

}  // namespace portolan::report
