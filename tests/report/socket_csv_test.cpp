#include <gtest/gtest.h>

#include "tests/report/socket_rows.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace std::string_view_literals;
using namespace testing;
using sockets::testing::tcp_row;
using sockets::testing::unix_row;

TEST(SocketCsv, HasAHeadingAndALineForEveryRow) {
  FakeNames names;
  know_workers(names);
  EXPECT_EQ(listed("csv", sample_rows(), names, with_columns("proto,local,remote,user,process,v6only")),
            "proto,local,remote,user,process,v6only\r\n"
            "tcp,0.0.0.0:443,,www-data,nginx/812+1,\r\n"
            "tcp,[2001:db8::1]:443,[2001:db8::2:3]:40000,root,nginx/813,false\r\n"
            "tcp,192.0.2.1:22,192.0.2.9:50000,,(closed-waits),\r\n"
            "udp,127.0.0.53%lo:53,,root,(no-privilege),\r\n"
            "unix,/run/nginx.sock,,,(kernel),\r\n");
}

TEST(SocketCsv, MayComeWithoutItsHeading) {
  FakeNames names;
  SocketListOptions options = with_columns("proto,inode");
  options.heading = false;
  EXPECT_EQ(listed("csv", {unix_row("/a")}, names, options), "unix,17\r\n");
}

TEST(SocketCsv, HostileTextStaysInItsField) {
  FakeNames names;
  EXPECT_EQ(listed("csv", {unix_row("/tmp/a,b\"c\n\x1b")}, names, with_columns("local,proto")),
            "local,proto\r\n\"/tmp/a,b\"\"c\\x0A\\x1B\",unix\r\n");
}

TEST(SocketCsv, NoFieldIsAFormula) {
  FakeNames names;
  names.users[0] = "=cmd|' /C calc'!A0";
  const std::string text =
      listed("csv", {unix_row("\0SUM(1,2)"sv), tcp_row("::", 1, "::", 0)}, names, with_columns("local,user"));
  EXPECT_EQ(text, "local,user\r\n\"'@SUM(1,2)\",\r\n[::]:1,'=cmd|' /C calc'!A0\r\n");
}

TEST(SocketCsv, ALineIsNeverEmpty) {
  FakeNames names;
  EXPECT_EQ(listed("csv", {unix_row("/a")}, names, with_columns("rtt")), "rtt\r\n\"\"\r\n");
}

TEST(SocketCsv, PythonReadsBackWhatWasListed) {
  if (run(std::string{python} + " -c pass").status != 0) GTEST_SKIP() << "python3 is not installed";
  FakeNames names;
  know_workers(names);
  names.processes[812].command = "a \"b\", c\nd";
  std::vector<Row> rows = sample_rows();
  rows.push_back(unix_row("/tmp/,\","));
  const Folder folder;
  const std::string script = folder.write("check.py", R"(
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')))
assert len(rows) == 6, rows
assert all(None not in row and None not in row.values() for row in rows), rows
assert rows[0]['command'] == 'a "b", c\\x0Ad', rows[0]
assert rows[0]['holders'] == 'nginx/812/6,nginx/813/6', rows[0]
assert rows[5]['local'] == '/tmp/,",', rows[5]
assert rows[1]['remote_port'] == '40000' and rows[4]['remote_port'] == '', rows
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " +
                              folder.write("sockets.csv", listed("csv", rows, names, with_columns("all"))));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

}  // namespace
}  // namespace portolan::report
