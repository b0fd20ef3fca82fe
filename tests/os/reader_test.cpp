#include "os/reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "os/file_descriptor.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

TEST(Reader, ThatHasGoneEndsTheWait) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor writer{ends[1]};
  FileDescriptor reader{ends[0]};
  EXPECT_TRUE(wait_while_read(writer.get(), 1ms));
  reader.reset(-1);
  // Else the test would take an hour.
  EXPECT_FALSE(wait_while_read(writer.get(), 1h));
}

TEST(Reader, OfASocketMayGoToo) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const FileDescriptor writer{ends[1]};
  FileDescriptor reader{ends[0]};
  EXPECT_TRUE(wait_while_read(writer.get(), 1ms));
  reader.reset(-1);
  EXPECT_FALSE(wait_while_read(writer.get(), 1h));
}

TEST(Reader, OfAFileIsAlwaysThere) {
  const FileDescriptor nothing{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  EXPECT_TRUE(wait_while_read(nothing.get(), 1ms));
  EXPECT_TRUE(wait_while_read(-1, 1ms));
}

}  // namespace
}  // namespace portolan::os
