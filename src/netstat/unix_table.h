// "Active UNIX domain sockets": the table of UNIX sockets, as net-tools 2.10 lays it out. Pure.
//
// It is made from two lists. sock_diag tells each socket beyond doubt, but neither its count of references nor the
// connections that wait to be accepted. /proc/net/unix, which net-tools reads, tells those too; but a path may hold a
// line break, and what stands behind it is whatever the path's owner wants to be read there. So the file gives counts,
// order and waiting connections, and only what sock_diag has confirmed gets a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstat/lookup.h"
#include "netstat/table.h"
#include "report/output_buffer.h"
#include "sockets/row.h"

namespace portolan::netstat {

class UnixTable {
 public:
  // All three outlive the table.
  UnixTable(report::OutputBuffer& buffer, Lookup& lookup, const TableOptions& options)
      : buffer_{buffer}, lookup_{lookup}, options_{options} {}

  // A socket from sock_diag. Those without an inode are left to the file.
  void add(const sockets::Row& row);
  // The whole table: two lines of heading, and a line for each socket that the options want.
  void print(std::string_view proc_net_unix);

 private:
  struct Socket {
    std::uint64_t inode = 0;
    std::uint32_t references = 0;
    std::uint8_t type = 0;
    sockets::State state = sockets::State::unknown;
    bool has_peer = false;
    bool printed = false;
    std::optional<std::uint32_t> holder;  // pid
    std::string path;                     // as it is shown
  };
  static Socket socket_of(const sockets::Row& row);
  void heading();
  void line(const Socket& socket);

  report::OutputBuffer& buffer_;
  Lookup& lookup_;
  const TableOptions& options_;
  std::vector<Socket> sockets_;
};

}  // namespace portolan::netstat
