// Processes that hold sockets, for the tests of who finds them.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <vector>

#include "os/file_descriptor.h"
#include "sockets/owners.h"

namespace portolan::os::testing {

using sockets::Holder;
using sockets::OwnerIndex;

inline std::uint64_t inode_of(int fd) {
  struct stat about{};
  EXPECT_EQ(::fstat(fd, &about), 0);
  return about.st_ino;
}

inline FileDescriptor a_socket() { return FileDescriptor{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}; }

inline Holder held_by(pid_t pid, int fd) { return {static_cast<std::uint32_t>(pid), static_cast<std::uint32_t>(fd)}; }
inline Holder held_by_us(const FileDescriptor& file) { return held_by(::getpid(), file.get()); }

inline std::vector<Holder> holders(const OwnerIndex& index, std::uint64_t inode) {
  const auto span = index.holders_of(inode);
  return {span.begin(), span.end()};
}

// To be called by the child: it ends when its parent does, or has.
inline void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const pid_t now = ::getppid();  // 0: the parent is outside of this pid namespace
  if (now != parent && now != 0) ::_exit(1);
}

// A process of its own that does `body`, says which sockets it has and whatever else the test wants to know (numbers),
// and then stays until the test is through with it.
class Child {
 public:
  using Say = std::function<void(std::uint64_t)>;
  explicit Child(const std::function<void(const Say&)>& body) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    FileDescriptor writer{ends[1]};
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
      end_with(parent);
      reader_.reset(-1);
      body([&writer](std::uint64_t value) { (void)!::write(writer.get(), &value, sizeof value); });
      for (;;) ::pause();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] pid_t process() const { return process_; }
  // What it says next; waits for that.
  [[nodiscard]] std::uint64_t hear() const {
    std::uint64_t value = 0;
    EXPECT_EQ(::read(reader_.get(), &value, sizeof value), static_cast<ssize_t>(sizeof value)) << "it has ended";
    return value;
  }

 private:
  FileDescriptor reader_;
  pid_t process_ = -1;
};

// Runs `body`, which may give up rights, in a process of its own; what it EXPECTs counts.
inline void in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    end_with(parent);
    body();
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  EXPECT_EQ(status, 0) << "in the child";
}

}  // namespace portolan::os::testing
