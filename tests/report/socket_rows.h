// Rows of a socket list that the tests of its formats share.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/sockets/socket_list.h"
#include "tests/report/records.h"
#include "tests/sockets/cells.h"

namespace portolan::report::testing {

using sockets::Row;
using sockets::testing::FakeNames;

inline SocketListOptions with_columns(std::string_view words) {
  SocketListOptions options;
  options.columns = sockets::parse_columns(words, sockets::default_columns()).value();
  return options;
}

// What a format makes of the rows.
inline std::string listed(std::string_view format, const std::vector<Row>& rows, sockets::RowNames& names,
                          const SocketListOptions& options, const std::vector<model::Remark>& gaps = {}) {
  MemoryOutput output;
  const auto sink = socket_format_of(format)->make(output, names, options);
  for (const Row& row : rows) {
    if (!sink->row(row)) return "a row could not be written";
  }
  if (!sink->finish(gaps)) return "the end could not be written";
  return output.text;
}

// One of each kind that an ordinary machine has.
inline std::vector<Row> sample_rows() {
  static const std::array<sockets::Holder, 2> workers{sockets::Holder{812, 6}, sockets::Holder{813, 6}};
  std::vector<Row> rows{sockets::testing::tcp_row("0.0.0.0", 443, "0.0.0.0", 0),
                        sockets::testing::tcp_row("2001:db8::1", 443, "2001:db8::2:3", 40000),
                        sockets::testing::tcp_row("192.0.2.1", 22, "192.0.2.9", 50000),
                        sockets::testing::tcp_row("127.0.0.53", 53, "0.0.0.0", 0),
                        sockets::testing::unix_row("/run/nginx.sock")};
  rows[0].send_queue = 511;
  rows[0].holders = workers;
  rows[0].user = 33;
  rows[1].receive_queue = 1448;
  rows[1].holders = std::span{workers}.last(1);
  rows[2].state = sockets::State::time_wait;
  rows[2].no_owner = sockets::NoOwner::time_wait;
  rows[2].has_user = false;
  rows[2].inode = 0;
  rows[3].protocol = sockets::SocketKind::udp;
  rows[3].state = sockets::State::closed;
  rows[3].interface = 1;
  rows[3].no_owner = sockets::NoOwner::no_privilege;
  rows[4].no_owner = sockets::NoOwner::kernel;
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].cookie = 0x1000 + i;
  return rows;
}

inline void know_workers(FakeNames& names) {
  names.processes[812] = sockets::testing::nginx(812);
  names.processes[813] = sockets::testing::nginx(813);
  names.processes[813].command = "nginx: worker process";
}

}  // namespace portolan::report::testing
