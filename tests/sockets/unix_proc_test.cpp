#include "sockets/sources/unix_proc.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;

// A line and the row that points into it.
struct Parsed {
  std::string line;
  Row row;
};

std::unique_ptr<const Parsed> parse(std::string_view line) {
  auto parsed = std::make_unique<Parsed>(std::string{line});
  return parse_unix_line(parsed->line, parsed->row) ? std::move(parsed) : nullptr;
}

bool is_read(std::string_view line) { return parse(line) != nullptr; }

TEST(UnixLine, TellsWhatTheKernelWrote) {
  const auto parsed = parse("00000000c96a65f4: 00000002 00000000 00010000 0001 01 13471 /run/dbus/system_bus_socket");
  ASSERT_TRUE(parsed);
  const Row& row = parsed->row;
  EXPECT_EQ(row.protocol, SocketKind::unix_domain);
  EXPECT_EQ(row.family, AddressFamily::unix_domain);
  EXPECT_EQ(row.references, 2U);
  EXPECT_EQ(row.state, State::listen);
  EXPECT_EQ(row.type, 1U);
  EXPECT_EQ(row.inode, 13471U);
  EXPECT_EQ(row.path, "/run/dbus/system_bus_socket");
}

TEST(UnixLine, StatesAreTheOnesBehindTheFilesOwn) {
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0001 03  1142")->row.state, State::established);
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0001 02     0")->row.state, State::established);
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0002 01  1142")->row.state, State::closed);
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0002 04     0")->row.state, State::closed);
}

TEST(UnixLine, AnUnnamedSocketHasNoPath) {
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0001 03  1142")->row.path, "");
  EXPECT_EQ(parse("0: 00000003 00000000 00000000 0001 03  1142 ")->row.path, "");
}

TEST(UnixLine, BlanksBelongToThePath) {
  EXPECT_EQ(parse("0: 00000002 00000000 00000000 0001 01 1  a path ")->row.path, " a path ");
}

TEST(UnixLine, AnAbstractNameBeginsWithNul) {
  EXPECT_EQ(parse("0: 00000002 00000000 00000000 0001 01 1 @/tmp/.X11-unix/X0")->row.path, "\0/tmp/.X11-unix/X0"sv);
  EXPECT_EQ(parse("0: 00000002 00000000 00000000 0001 01 1 @a@b@")->row.path, "\0a@b@"sv);
}

TEST(UnixLine, AnythingElseIsNoSuchLine) {
  EXPECT_FALSE(is_read("Num       RefCount Protocol Flags    Type St Inode Path"));
  EXPECT_FALSE(is_read(""));
  EXPECT_FALSE(is_read("the rest of a path with a line break in it"));
  EXPECT_FALSE(is_read("0: 00000002 00000000 00000000 0001 01"));
  EXPECT_FALSE(is_read("0: 0000000x 00000000 00000000 0001 01 1"));
  EXPECT_FALSE(is_read("0: 00000002 00000000 00000000 0001 01 -1"));
}

}  // namespace
}  // namespace portolan::sockets
