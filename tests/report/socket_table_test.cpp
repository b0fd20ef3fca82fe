#include <gtest/gtest.h>

#include <sstream>

#include "base/escape.h"
#include "tests/report/socket_rows.h"

namespace portolan::report {
namespace {

using namespace std::string_view_literals;
using namespace testing;
using sockets::testing::tcp_row;
using sockets::testing::unix_row;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream{line};
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

TEST(SocketTable, IsAlignedAndNumbersStandOnTheRight) {
  FakeNames names;
  know_workers(names);
  EXPECT_EQ(listed("table", sample_rows(), names, with_columns("+proto")),
            "PROTO  STATE        RECV-Q  SEND-Q  LOCAL              PEER                   USER      PROCESS\n"
            "tcp    LISTEN            0     511  0.0.0.0:443        -                      www-data  nginx/812+1\n"
            "tcp    ESTABLISHED    1448       0  [2001:db8::1]:443  [2001:db8::2:3]:40000  root      nginx/813\n"
            "tcp    TIME-WAIT         0       0  192.0.2.1:22       192.0.2.9:50000        -         (closed-waits)\n"
            "udp    UNCONN            0       0  127.0.0.53%lo:53   -                      root      (no-privilege)\n"
            "unix   LISTEN            0       0  /run/nginx.sock    -                      -         (kernel)\n");
}

TEST(SocketTable, WithoutHeadingIsAsWideAsItsRows) {
  FakeNames names;
  SocketListOptions options = with_columns("receive_queue,proto,send_queue");
  options.heading = false;
  EXPECT_EQ(listed("table", {tcp_row("::", 1, "::", 0)}, names, options), "0  tcp  0\n");
}

// Under --watch the heading is out before there is a row.
TEST(SocketTable, AHeadingThatStandsBeforeAnyRowFitsThem) {
  FakeNames names;
  know_workers(names);
  SocketListOptions options = with_columns("time,change,state_before,proto,state,local,remote,user,process");
  options.goes_on = true;
  MemoryOutput output;
  const auto sink = socket_format_of("table")->make(output, names, options);
  ASSERT_TRUE(sink->flush());
  Row row = tcp_row("203.0.113.199", 65000, "203.0.113.200", 65001);
  row.change = sockets::Change::state;
  row.state = sockets::State::close_wait;
  row.state_before = sockets::State::established;
  row.changed_at = 1'764'558'830'359;
  ASSERT_TRUE(sink->row(row));
  ASSERT_TRUE(sink->flush());
  const std::vector<std::string> lines = lines_of(output.text);
  ASSERT_EQ(lines.size(), 2U);
  for (const auto& [heading, cell] :
       std::vector<std::pair<std::string, std::string>>{{"CHANGE", "state "},
                                                        {"BEFORE", "ESTABLISHED"},
                                                        {"STATE", "CLOSE-WAIT"},
                                                        {"LOCAL", "203.0.113.199:65000"},
                                                        {"PEER", "203.0.113.200:65001"}}) {
    EXPECT_EQ(lines[0].find("  " + heading), lines[1].find("  " + cell)) << heading << '\n' << output.text;
  }
}

TEST(SocketTable, WithoutRowsIsItsHeading) {
  FakeNames names;
  EXPECT_EQ(listed("table", {}, names, with_columns("proto,local,inode")), "PROTO  LOCAL  INODE\n");
}

TEST(SocketTable, EveryRowHasAWordForEveryColumn) {
  FakeNames names;
  know_workers(names);
  std::vector<Row> rows = sample_rows();
  rows.push_back(unix_row("/tmp/a b  tcp LISTEN"));
  rows.push_back(unix_row("\0 "sv));
  rows.emplace_back();
  const std::string table = listed("table", rows, names, with_columns("process,local,path,no_owner,proto"));
  for (const std::string& line : lines_of(table)) EXPECT_EQ(words_of(line).size(), 5U) << line;
  EXPECT_NE(table.find("/tmp/a\\x20b\\x20\\x20tcp\\x20LISTEN "), std::string::npos) << table;
}

TEST(SocketTable, RowsBehindTheFirstOnesKeepToTheSameWords) {
  FakeNames names;
  const std::vector<Row> rows(600, unix_row("/run/a b"));
  const auto lines = lines_of(listed("table", rows, names, with_columns("path,local")));
  EXPECT_EQ(lines[1], "/run/a\\x20b  /run/a b");
  EXPECT_EQ(lines[600], lines[1]);
}

TEST(SocketTable, AnEmptyTextIsAWordToo) {
  FakeNames names;
  const sockets::Column empty{.name = "empty",
                              .heading = "EMPTY",
                              .meaning = "nothing",
                              .print = [](sockets::Cell& cell, const Row&, sockets::RowNames&) { cell.text(""); }};
  SocketListOptions options = with_columns("proto");
  options.columns.insert(options.columns.begin(), &empty);
  EXPECT_EQ(listed("table", {unix_row("/a")}, names, options), "EMPTY  PROTO\n-      unix\n");
}

TEST(SocketTable, TheLastColumnKeepsItsBlanks) {
  FakeNames names;
  know_workers(names);
  const std::string table = listed("table", sample_rows(), names, with_columns("proto,command"));
  EXPECT_NE(table.find("tcp    nginx: master process /usr/sbin/nginx\n"), std::string::npos) << table;
}

TEST(SocketTable, HostileTextStaysInItsCell) {
  FakeNames names;
  know_workers(names);
  names.processes[812].program = "\x1b]0;owned\x07\nroot";
  std::vector<Row> rows = sample_rows();
  rows[4].path = "/tmp/\u202e\r\nfake\xff";
  const std::string table = listed("table", rows, names, with_columns("local,process"));
  EXPECT_EQ(lines_of(table).size(), rows.size() + 1);
  EXPECT_EQ(table.find_first_of("\x1b\x07\r\xff"), std::string::npos);
  EXPECT_NE(table.find("/tmp/\\u{202E}\\x0D\\x0Afake\\xFF"), std::string::npos) << table;
}

TEST(SocketTable, WidthsFitTheFirstRowsAndLongerCellsPushTheRestAside) {
  FakeNames names;
  std::vector<Row> rows(600, unix_row("/run/short"));
  rows[511].path = "/run/a-little-longer";
  rows[512].path = "/run/longer-than-all-before-it";
  const auto lines = lines_of(listed("table", rows, names, with_columns("local,proto")));
  ASSERT_EQ(lines.size(), 601U);
  EXPECT_EQ(lines[0], "LOCAL                 PROTO");
  EXPECT_EQ(lines[1], "/run/short            unix");
  EXPECT_EQ(lines[512], "/run/a-little-longer  unix");
  EXPECT_EQ(lines[513], "/run/longer-than-all-before-it  unix");
  EXPECT_EQ(lines[600], "/run/short            unix");
}

TEST(SocketTable, MemoryStaysBoundedBecauseRowsLeaveAsTheyCome) {
  FakeNames names;
  MemoryOutput output;
  const auto sink = socket_format_of("table")->make(output, names, with_columns("local,proto"));
  const Row row = unix_row("/run/a-path-of-some-length/that-fills-buffers");
  std::size_t written = 0;
  for (std::size_t i = 1; i <= 10'000; ++i) {
    ASSERT_TRUE(sink->row(row));
    written = output.pending.size();
    EXPECT_LT(i * 50 - std::min(written, i * 50), std::size_t{100'000});
  }
  EXPECT_GT(written, std::size_t{400'000});
}

TEST(SocketTable, OfAProcessTheNumberIsNeverCut) {
  FakeNames names;
  know_workers(names);
  for (auto& [pid, process] : names.processes) process.program = "a-long-program\x1b";
  for (std::size_t width = 1; width <= 60; ++width) {
    SocketListOptions options = with_columns("proto,local,process");
    options.width = width;
    const std::string line = lines_of(listed("table", sample_rows(), names, options))[1];
    EXPECT_NE(line.find("/812"), std::string::npos) << width << ": " << line;
    EXPECT_NE(line.find("  a"), std::string::npos) << width << ": " << line;
  }
}

TEST(SocketTable, TheReasonWhyThereIsNoProcessIsNeverCut) {
  FakeNames names;
  for (int i = 0; i <= static_cast<int>(sockets::NoOwner::gone); ++i) {
    const auto reason = static_cast<sockets::NoOwner>(i);
    Row row = tcp_row("::", 1, "::", 0);
    row.no_owner = reason;
    SocketListOptions options = with_columns("proto,process");
    const auto whole = lines_of(listed("table", {row}, names, options))[1];
    options.width = 10;
    EXPECT_EQ(lines_of(listed("table", {row}, names, options))[1], whole);
  }
}

TEST(SocketTable, WidthsDoNotDependOnHostileNames) {
  FakeNames names;
  const std::vector<std::string> hostile{std::string(91, '\0'), std::string(107, 'x'), std::string(60, '\x1b')};
  const auto first = lines_of(listed("table", {tcp_row("::", 1, "::", 0)}, names, with_columns("local,proto")))[1];
  for (const std::string& path : hostile) {
    for (const auto width :
         {std::optional<std::size_t>{}, std::optional<std::size_t>{80}, std::optional<std::size_t>{200}}) {
      SocketListOptions options = with_columns("local,proto");
      options.width = width;
      const auto lines = lines_of(listed("table", {tcp_row("::", 1, "::", 0), unix_row(path)}, names, options));
      EXPECT_EQ(lines[1], first) << path.size();
      EXPECT_TRUE(lines[2].ends_with("  unix")) << "nothing of it is lost";
    }
  }
}

TEST(SocketTable, AtATerminalOnlyTheLastColumnIsCut) {
  FakeNames names;
  know_workers(names);
  SocketListOptions options = with_columns("proto,pid,command");
  options.width = 30;
  const std::string table = listed("table", sample_rows(), names, options);
  EXPECT_EQ(lines_of(table)[1], "tcp    812  nginx: master p...");
  EXPECT_EQ(lines_of(table)[2], "tcp    813  nginx: worker p...");
  options.width = 33;
  EXPECT_EQ(lines_of(listed("table", sample_rows(), names, options))[2], "tcp    813  nginx: worker process");
  options = with_columns("command,proto");
  options.width = 10;
  EXPECT_EQ(lines_of(listed("table", sample_rows(), names, options))[1],
            "nginx:\\x20master\\x20process\\x20/usr/sbin/nginx  tcp");
}

TEST(SocketTable, ATerminalTooNarrowStillShowsSomethingOfTheLastColumn) {
  FakeNames names;
  SocketListOptions options = with_columns("local,path");
  options.width = 20;
  EXPECT_EQ(lines_of(listed("table", {unix_row("/run/a-long-path-for-twenty")}, names, options))[1],
            "/run/a-long-path-for-twenty  /run/a-lo...");
}

TEST(SocketTable, WideCharactersAreCountedAsTheyAreDrawn) {
  FakeNames names;
  const std::string table = listed("table", {unix_row("/\u6e2f"), unix_row("/e\u0301"), unix_row("/abcd")}, names,
                                   with_columns("local,proto"));
  EXPECT_EQ(table, "LOCAL  PROTO\n/\u6e2f    unix\n/e\u0301     unix\n/abcd  unix\n");
}

TEST(SocketTable, ColourMarksTheStateAndNothingElse) {
  FakeNames names;
  SocketListOptions options = with_columns("state,proto");
  options.color = true;
  EXPECT_EQ(listed("table", sample_rows(), names, options),
            "STATE        PROTO\n"
            "\x1b[32mLISTEN\x1b[0m       tcp\n"
            "ESTABLISHED  tcp\n"
            "\x1b[33mTIME-WAIT\x1b[0m    tcp\n"
            "UNCONN       udp\n"
            "\x1b[32mLISTEN\x1b[0m       unix\n");
}

TEST(SocketTable, TruthIsYesOrNo) {
  FakeNames names;
  EXPECT_EQ(listed("table", {tcp_row("::", 1, "::", 0)}, names, with_columns("v6only,proto")),
            "V6ONLY  PROTO\nno      tcp\n");
}

TEST(SocketTable, AFullDiskIsTold) {
  FakeNames names;
  MemoryOutput output;
  output.full = true;
  const auto sink = socket_format_of("table")->make(output, names, with_columns("proto"));
  ASSERT_TRUE(sink->row(unix_row("/a")));  // still held back
  const Result<void> outcome = sink->finish({});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::io);
}

TEST(SocketFormats, AreFoundByName) {
  for (const SocketFormat& format : socket_formats()) EXPECT_EQ(socket_format_of(format.name), &format);
  EXPECT_EQ(socket_format_of("yaml"), nullptr);
}

TEST(SocketFormats, AllTellEveryRowAndEndWithALine) {
  for (const SocketFormat& format : socket_formats()) {
    FakeNames names;
    const std::string text =
        listed(format.name, sample_rows(), names, with_columns("local"), {{model::RemarkCode::short_ones_missing}});
    for (const char* local : {"0.0.0.0:443", "[2001:db8::1]:443", "127.0.0.53%lo:53", "/run/nginx.sock"}) {
      EXPECT_NE(text.find(local), std::string::npos) << format.name;
    }
    EXPECT_TRUE(text.ends_with('\n')) << format.name;
  }
}

TEST(SocketFormats, AllBringOutWhatTheyHoldBackWhenTheyAreAskedTo) {
  for (const SocketFormat& format : socket_formats()) {
    FakeNames names;
    MemoryOutput output;
    const auto sink = format.make(output, names, with_columns("local"));
    ASSERT_TRUE(sink->row(unix_row("/run/first")));
    EXPECT_EQ(output.text, "") << format.name;
    ASSERT_TRUE(sink->flush());
    EXPECT_NE(output.text.find("/run/first"), std::string::npos) << format.name;
    ASSERT_TRUE(sink->row(unix_row("/run/second")));
    ASSERT_TRUE(sink->flush());
    EXPECT_NE(output.text.find("/run/second"), std::string::npos) << format.name;
    ASSERT_TRUE(sink->finish({}));
    EXPECT_EQ(output.text.find("/run/first", output.text.find("/run/first") + 1), std::string::npos) << format.name;
  }
}

TEST(SocketFormats, AllWriteEveryColumnOfEveryRow) {
  FakeNames names;
  know_workers(names);
  for (const SocketFormat& format : socket_formats()) {
    EXPECT_GT(listed(format.name, sample_rows(), names, with_columns("all")).size(), 1000U) << format.name;
  }
}

}  // namespace
}  // namespace portolan::report
