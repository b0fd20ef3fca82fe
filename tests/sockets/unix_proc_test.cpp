#include "sockets/sources/unix_proc.h"

#include <gtest/gtest.h>

#include <string>

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;

Row row_of(std::string_view line) {
  Row row;
  EXPECT_TRUE(parse_unix_line(line, row)) << line;
  return row;
}

bool is_read(std::string_view line) {
  Row row;
  return parse_unix_line(line, row);
}

TEST(UnixLine, TellsWhatTheKernelWrote) {
  const Row row = row_of("00000000c96a65f4: 00000002 00000000 00010000 0001 01 13471 /run/dbus/system_bus_socket");
  EXPECT_EQ(row.protocol, SocketKind::unix_domain);
  EXPECT_EQ(row.family, AddressFamily::unix_domain);
  EXPECT_EQ(row.references, 2U);
  EXPECT_EQ(row.state, State::listen);
  EXPECT_EQ(row.type, 1U);
  EXPECT_EQ(row.inode, 13471U);
  EXPECT_EQ(row.path, "/run/dbus/system_bus_socket");
}

TEST(UnixLine, StatesAreTheOnesBehindTheFilesOwn) {
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0001 03  1142").state, State::established);
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0001 02     0").state, State::established);
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0002 01  1142").state, State::closed);
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0002 04     0").state, State::closed);
}

TEST(UnixLine, AnUnnamedSocketHasNoPath) {
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0001 03  1142").path, "");
  EXPECT_EQ(row_of("0: 00000003 00000000 00000000 0001 03  1142 ").path, "");
}

TEST(UnixLine, BlanksBelongToThePath) {
  EXPECT_EQ(row_of("0: 00000002 00000000 00000000 0001 01 1  a path ").path, " a path ");
}

TEST(UnixLine, AnAbstractNameBeginsWithNul) {
  EXPECT_EQ(row_of("0: 00000002 00000000 00000000 0001 01 1 @/tmp/.X11-unix/X0").path, "\0/tmp/.X11-unix/X0"sv);
  EXPECT_EQ(row_of("0: 00000002 00000000 00000000 0001 01 1 @a@b@").path, "\0a@b@"sv);
}

TEST(UnixLine, AnythingElseIsNoSuchLine) {
  EXPECT_FALSE(is_read("Num       RefCount SocketKind Flags    Type St Inode Path"));
  EXPECT_FALSE(is_read(""));
  EXPECT_FALSE(is_read("the rest of a path with a line break in it"));
  EXPECT_FALSE(is_read("0: 00000002 00000000 00000000 0001 01"));
  EXPECT_FALSE(is_read("0: 0000000x 00000000 00000000 0001 01 1"));
  EXPECT_FALSE(is_read("0: 00000002 00000000 00000000 0001 01 -1"));
}

}  // namespace
}  // namespace portolan::sockets
