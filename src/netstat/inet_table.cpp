#include "netstat/inet_table.h"

#include <algorithm>
#include <array>

#include "base/escape.h"
#include "base/text.h"
#include "netstat/address_text.h"

namespace portolan::netstat {
namespace {

using sockets::Row;
using sockets::SocketKind;
using sockets::State;

constexpr std::size_t address_width = 23;
constexpr std::size_t longest_port = 18;  // of a cut address: it leaves four bytes to the host

constexpr std::array<std::string_view, 13> tcp_states{"",          "ESTABLISHED", "SYN_SENT", "SYN_RECV",   "FIN_WAIT1",
                                                      "FIN_WAIT2", "TIME_WAIT",   "CLOSE",    "CLOSE_WAIT", "LAST_ACK",
                                                      "LISTEN",    "CLOSING",     "SYN_RECV"};

std::string_view protocol_text(const Row& row) {
  const bool v6 = row.family == sockets::AddressFamily::v6;
  switch (row.protocol) {
    case SocketKind::tcp:
      return v6 ? "tcp6" : "tcp";
    case SocketKind::udp:
      return v6 ? "udp6" : "udp";
    case SocketKind::udplite:
      return v6 ? "udpl6" : "udpl";
    default:
      return v6 ? "raw6" : "raw";
  }
}

std::string state_text(const Row& row) {
  switch (row.protocol) {
    case SocketKind::tcp:
      return std::string{tcp_state_text(row.state)};
    case SocketKind::raw:
      return fmt::format("{}", static_cast<unsigned>(row.state));  // they have none, so net-tools shows the number
    default:
      return row.state == State::established ? "ESTABLISHED" : row.state == State::closed ? "" : "UNKNOWN";
  }
}

// TCP tells by the port: a listener's other side has none. The others tell by the address.
bool is_connected(const Row& row) {
  if (row.protocol == SocketKind::tcp) return row.remote_port != 0;
  return std::ranges::any_of(row.remote.bytes(), [](std::uint8_t byte) { return byte != 0; });
}

// struct tcp_info (linux/tcp.h): tcpi_retransmits and tcpi_probes are its third and fourth bytes. sock_diag itself
// gives only that of the two which belongs to the timer that runs.
struct Counts {
  unsigned retransmits = 0;
  unsigned probes = 0;
};
Counts counts_of(const Row& row) {
  if (row.protocol == SocketKind::tcp && row.tcp_info.size() >= 4 && row.state != State::time_wait) {
    return {row.tcp_info[2], row.tcp_info[3]};
  }
  return {row.retransmits, 0};
}

std::string timer_text(const Row& row) {
  static constexpr std::array<std::string_view, 5> words{"off", "on", "keepalive", "timewait", "probe"};
  const auto number = static_cast<std::size_t>(row.timer);
  const std::string word = number < words.size() ? std::string{words[number]} : fmt::format("unkn-{}", number);
  const std::uint32_t hundredths = row.timer == sockets::Timer::off ? 0 : row.timer_ms / 10;
  const Counts counts = counts_of(row);
  return fmt::format("{} ({}.{:02}/{}/{})", word, hundredths / 100, hundredths % 100, counts.retransmits,
                     counts.probes);
}

// A listener's limit stands where others have their queue; /proc/net/tcp has 0 there.
std::uint32_t send_queue_of(const Row& row) {
  return row.protocol == SocketKind::tcp && row.state == State::listen ? 0 : row.send_queue;
}

std::string_view service_protocol(SocketKind protocol) { return protocol == SocketKind::tcp ? "tcp" : "udp"; }

}  // namespace

std::string_view tcp_state_text(State state) {
  const auto number = static_cast<std::size_t>(state);
  return number < tcp_states.size() ? tcp_states[number] : "UNKNOWN";
}

void inet_heading(report::OutputBuffer& buffer, const TableOptions& options) {
  buffer.add("Active Internet connections {}\n", banner_of(options.which));
  buffer.put("Proto Recv-Q Send-Q Local Address           Foreign Address         State      ");
  if (options.extended) buffer.put(" User       Inode     ");
  if (options.programs) buffer.put(" PID/Program name    ");
  if (options.timers) buffer.put(" Timer");
  buffer.put("\n");
}

sockets::StateMask InetTable::states(SocketKind protocol, Which which) {
  using sockets::mask_of;
  const sockets::StateMask shown = sockets::all_states & ~mask_of(State::bound_inactive);
  if (protocol != SocketKind::tcp) return shown;
  const sockets::StateMask without_peer = mask_of(State::listen) | mask_of(State::closed) | mask_of(State::unknown);
  switch (which) {
    case Which::connected:
      return shown & ~mask_of(State::listen);
    case Which::listening:
      return without_peer;
    case Which::all:
      break;
  }
  return shown;
}

void InetTable::heading() { inet_heading(buffer_, options_); }

void InetTable::note_listener(const Row& row) {
  if (row.state == State::listen) listeners_.emplace(row.local_port, row.user);
}

std::string InetTable::host_text(const net::IpAddress& address) const {
  if (options_.numeric_hosts) return numeric_text(address);
  const bool unspecified = std::ranges::all_of(address.bytes(), [](std::uint8_t byte) { return byte == 0; });
  if (unspecified) return address.is_v4() ? "0.0.0.0" : "[::]";
  const std::string_view name = lookup_.host(address);
  return name.empty() ? numeric_text(address) : escape_terminal(name);
}

std::string InetTable::port_text(SocketKind protocol, std::uint32_t port) const {
  if (port == 0) return "*";
  if (!options_.numeric_ports) {
    const std::string_view name = protocol == SocketKind::raw
                                      ? lookup_.ip_protocol(static_cast<std::uint8_t>(std::min(port, 255U)))
                                      : lookup_.service(service_protocol(protocol), static_cast<std::uint16_t>(port));
    if (!name.empty()) return escape_terminal(name);
  }
  return fmt::format("{}", port);
}

void InetTable::append_endpoint(std::string& out, const net::IpAddress& address, const std::string& port) const {
  const std::string host = host_text(address);
  std::string_view shown_host = host;
  std::string_view shown_port = port;
  if (options_.cut_addresses && host.size() + 1 + port.size() > address_width) {
    shown_port = shown_port.substr(0, longest_port);
    shown_host = shown_host.substr(0, address_width - 1 - shown_port.size());
  }
  const std::size_t size = shown_host.size() + 1 + shown_port.size();
  out.append(shown_host).append(":").append(shown_port);
  if (size < address_width) out.append(address_width - size, ' ');
}

std::string InetTable::user_text(const Row& row) const {
  std::uint32_t user = row.user;
  if (row.protocol == SocketKind::tcp && (row.state == State::syn_recv || row.state == State::new_syn_recv)) {
    if (const auto listener = listeners_.find(row.local_port); listener != listeners_.end()) user = listener->second;
  }
  if (!options_.numeric_users) {
    if (const std::string_view name = lookup_.user(user); !name.empty()) return escape_terminal(name);
  }
  return fmt::format("{}", user);
}

void InetTable::row(const Row& row) {
  if (options_.which != Which::all && is_connected(row) != (options_.which == Which::connected)) return;
  std::string line = fmt::format("{:<5} {:>6} {:>6} ", protocol_text(row), row.receive_queue, send_queue_of(row));
  append_endpoint(line, row.local, port_text(row.protocol, row.local_port));
  line += ' ';
  append_endpoint(line, row.remote, port_text(row.protocol, row.remote_port));
  append(line, " {:<11}", state_text(row));
  if (options_.extended) append(line, " {:<10} {:<10}", user_text(row), row.inode);
  if (options_.programs) {
    const bool known = row.inode != 0 && !row.holders.empty();
    const std::string program = program_of(known ? std::optional{row.holders.front().pid} : std::nullopt, lookup_);
    append(line, " {:<20}", options_.cut_programs ? cut_program(program) : program);
  }
  if (options_.timers) line.append(" ").append(timer_text(row));
  line += '\n';
  buffer_.put(line);
}

}  // namespace portolan::netstat
