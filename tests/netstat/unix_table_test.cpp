// The expected lines were printed by net-tools 2.10 over such a file in the place of /proc/net/unix.
#include "netstat/unix_table.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sockets/sources/unix_proc.h"
#include "tests/netstat/tables.h"

namespace portolan::netstat {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using sockets::Holder;
using sockets::Row;
using sockets::State;

Row socket(std::uint8_t type, State state, std::uint64_t inode, std::string_view path = "") {
  Row row;
  row.protocol = sockets::SocketKind::unix_domain;
  row.family = sockets::AddressFamily::unix_domain;
  row.type = type;
  row.state = state;
  row.inode = inode;
  row.path = path;
  row.references = 2;
  return row;
}

std::string without_heading(const std::string& text) { return text.substr(text.find('\n', text.find('\n') + 1) + 1); }

std::string shown(const Row& row, const TableOptions& options = {.which = Which::all}, KnownNames* names = nullptr,
                  std::string_view file = "") {
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  UnixTable table{buffer, names != nullptr ? *names : nobody, options};
  table.add(row);
  table.print(file);
  EXPECT_TRUE(buffer.send());
  return without_heading(output.text);
}

std::string heading(const TableOptions& options) {
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  UnixTable{buffer, nobody, options}.print("");
  EXPECT_TRUE(buffer.send());
  return output.text;
}

TEST(UnixHeading, NamesTheColumns) {
  EXPECT_EQ(heading({}),
            "Active UNIX domain sockets (w/o servers)\n"
            "Proto RefCnt Flags       Type       State         I-Node   Path\n");
  EXPECT_EQ(heading({.which = Which::all, .programs = true}),
            "Active UNIX domain sockets (servers and established)\n"
            "Proto RefCnt Flags       Type       State         I-Node   PID/Program name     Path\n");
}

TEST(UnixRow, TypesAndStatesHaveTheirWords) {
  EXPECT_EQ(shown(socket(1, State::listen, 3016, "/run/x16")),
            "unix  2      [ ACC ]     STREAM     LISTENING     3016     /run/x16\n");
  EXPECT_EQ(shown(socket(1, State::established, 3019, "/run/x19")),
            "unix  2      [ ]         STREAM     CONNECTED     3019     /run/x19\n");
  EXPECT_EQ(shown(socket(2, State::closed, 3027)), "unix  2      [ ]         DGRAM                    3027     \n");
  EXPECT_EQ(shown(socket(5, State::closed, 3063)), "unix  2      [ ]         SEQPACKET                3063     \n");
  EXPECT_EQ(shown(socket(6, State::closed, 1)), "unix  2      [ ]         UNKNOWN                  1        \n");
}

TEST(UnixRow, NulsOfAbstractNamesAreShownAsAtSigns) {
  EXPECT_EQ(shown(socket(1, State::closed, 3101, "\0abstract101"sv)),
            "unix  2      [ ]         STREAM                   3101     @abstract101\n");
  EXPECT_EQ(shown(socket(1, State::closed, 3101, "\0foo\0bar\0"sv)),
            "unix  2      [ ]         STREAM                   3101     @foo@bar@\n");
}

TEST(UnixRow, APathCannotPretendToBeAnotherLine) {
  EXPECT_EQ(shown(socket(1, State::closed, 7, "/tmp/x\nunix  2      [ ACC ]")),
            "unix  2      [ ]         STREAM                   7        /tmp/x\\x0Aunix  2      [ ACC ]\n");
}

TEST(UnixRow, ListenersAreShownWhenAskedFor) {
  const TableOptions connected{.which = Which::connected};
  const TableOptions listening{.which = Which::listening};
  EXPECT_EQ(shown(socket(1, State::listen, 1), connected), "");
  EXPECT_NE(shown(socket(1, State::listen, 1), listening), "");
  EXPECT_NE(shown(socket(2, State::closed, 1), connected), "");
  EXPECT_EQ(shown(socket(2, State::closed, 1), listening), "");
}

TEST(UnixRow, ProgramsStandBeforeThePath) {
  KnownNames names;
  names.command_lines = {{1, "/sbin/init\0splash\0"s},
                         {4006, "nginx: master process /usr/sbin/nginx\0"s},
                         {4007, "/usr/bin/a-very-long-program-name-indeed\0"s}};
  const TableOptions options{.which = Which::all, .programs = true};
  const auto with = [&](std::uint32_t pid, const TableOptions& chosen) {
    Row row = socket(1, State::listen, 3001, "/run/x1");
    const std::array<Holder, 1> holders{{{pid, 3}}};
    row.holders = holders;
    return shown(row, chosen, &names);
  };
  const std::string begin = "unix  2      [ ACC ]     STREAM     LISTENING     3001     ";
  EXPECT_EQ(with(1, options), begin + "1/init               /run/x1\n");
  EXPECT_EQ(with(4006, options), begin + "4006/nginx: master   /run/x1\n");
  EXPECT_EQ(with(4007, options), begin + "4007/a-very-long-program-name-indeed /run/x1\n");
  const TableOptions cut{.which = Which::all, .programs = true, .cut_programs = true};
  EXPECT_EQ(with(4006, cut), begin + "4006/nginx: master   /run/x1\n");
  EXPECT_EQ(with(4007, cut), begin + "4007/a-very-long-pr  /run/x1\n");
  EXPECT_EQ(shown(socket(1, State::closed, 3003), options),
            "unix  2      [ ]         STREAM                   3003     -                    \n");
}

// --- what the file adds

constexpr std::string_view file_heading = "Num       RefCount Protocol Flags    Type St Inode Path\n";

std::string shown_with_file(const std::vector<Row>& rows, const std::string& lines) {
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  const TableOptions options{.which = Which::all};
  UnixTable table{buffer, nobody, options};
  for (const Row& row : rows) table.add(row);
  table.print(std::string{file_heading} + lines);
  EXPECT_TRUE(buffer.send());
  return without_heading(output.text);
}

Row from_diag(State state, std::uint64_t inode, std::string_view path = "", std::uint64_t peer = 0) {
  Row row = socket(1, state, inode, path);
  row.references = 0;
  row.peer_inode = peer;
  return row;
}

TEST(UnixFile, TellsReferencesAndOrder) {
  EXPECT_EQ(shown_with_file({from_diag(State::established, 8), from_diag(State::established, 9)},
                            "0000000000000000: 00000007 00000000 00000000 0001 03     9\n"
                            "0000000000000000: 00000005 00000000 00000000 0001 03     8\n"),
            "unix  7      [ ]         STREAM     CONNECTED     9        \n"
            "unix  5      [ ]         STREAM     CONNECTED     8        \n");
}

TEST(UnixFile, DoesNotKnowWhatWasMadeSince) {
  EXPECT_EQ(shown_with_file({from_diag(State::closed, 8), from_diag(State::established, 9, "", 10)}, ""),
            "unix  2      [ ]         STREAM                   8        \n"
            "unix  3      [ ]         STREAM     CONNECTED     9        \n");
}

TEST(UnixFile, AloneTellsOfConnectionsThatWait) {
  EXPECT_EQ(shown_with_file({from_diag(State::listen, 8, "/run/a"), from_diag(State::listen, 9, "\0a\0b"sv)},
                            "0000000000000000: 00000003 00000000 00000000 0001 02     0 /run/a\n"
                            "0000000000000000: 00000002 00000000 00010000 0001 01     8 /run/a\n"
                            "0000000000000000: 00000002 00000000 00010000 0001 01     9 @a@b\n"
                            "0000000000000000: 00000003 00000000 00000000 0005 02     0 @a@b\n"),
            "unix  3      [ ]         STREAM     CONNECTING    0        /run/a\n"
            "unix  2      [ ACC ]     STREAM     LISTENING     8        /run/a\n"
            "unix  2      [ ACC ]     STREAM     LISTENING     9        @a@b\n"
            "unix  3      [ ]         SEQPACKET  CONNECTING    0        @a@b\n");
}

TEST(UnixFile, LinesThatAPathMadeUpAreNotBelieved) {
  EXPECT_EQ(shown_with_file({from_diag(State::closed, 8, "/tmp/x\n0: 00000002 00000000 00010000 0001 01 77 /run/fake")},
                            "0000000000000000: 00000002 00000000 00000000 0001 01     8 /tmp/x\n"
                            "0: 00000002 00000000 00010000 0001 01 77 /run/fake\n"
                            "0: 00000002 00000000 00000000 0001 02 0 /run/fake\n"
                            "0: 000000ff 00000000 00000000 0001 02 8 /run/fake\n"
                            "and more\n"),
            "unix  2      [ ]         STREAM                   8        "
            "/tmp/x\\x0A0: 00000002 00000000 00010000 0001 01 77 /run/fake\n");
}

}  // namespace
}  // namespace portolan::netstat
