// "Active Internet connections": the table of IP sockets, as net-tools 2.10 lays it out. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "netstat/lookup.h"
#include "netstat/table.h"
#include "report/output_buffer.h"
#include "sockets/row.h"

namespace portolan::netstat {

class InetTable {
 public:
  // All three outlive the table.
  InetTable(report::OutputBuffer& buffer, Lookup& lookup, const TableOptions& options)
      : buffer_{buffer}, lookup_{lookup}, options_{options} {}

  // Which states of `protocol` can belong to sockets that are shown: for sockets::Detail. Never those that only
  // sock_diag knows and /proc/net/tcp leaves out.
  static sockets::StateMask states(sockets::SocketKind protocol, Which which);

  // Two lines.
  void heading();
  // Tells whom a listener belongs to: sock_diag does not say it of the connections that wait behind it, /proc/net/tcp
  // does.
  void note_listener(const sockets::Row& row);
  // A line, where the options want this socket. TCP, UDP, UDP-Lite and raw sockets only. Timers need `tcp_info`.
  void row(const sockets::Row& row);

 private:
  void append_endpoint(std::string& out, const net::IpAddress& address, const std::string& port) const;
  [[nodiscard]] std::string port_text(sockets::SocketKind protocol, std::uint32_t port) const;
  [[nodiscard]] std::string user_text(const sockets::Row& row) const;
  [[nodiscard]] std::string host_text(const net::IpAddress& address) const;

  report::OutputBuffer& buffer_;
  Lookup& lookup_;
  const TableOptions& options_;
  std::map<std::uint32_t, std::uint32_t> listeners_;  // user of a TCP port
};

// The heading, for tables of other protocols that share it.
void inet_heading(report::OutputBuffer& buffer, const TableOptions& options);
// The words of include/net/tcp_states.h's numbers: "ESTABLISHED", "" for 0.
std::string_view tcp_state_text(sockets::State state);

}  // namespace portolan::netstat
