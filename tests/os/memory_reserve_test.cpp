#include "os/memory_reserve.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <new>
#include <vector>

#include "tests/os/sanitizers.h"

namespace portolan::os {
namespace {

// In a child, because limits belong to a whole process.
TEST(MemoryReserve, WhatRunsOutOfMemoryGoesOnWithTheReserveOnce) {
#if defined(SANITIZER_NEEDS_ADDRESS_SPACE)
  GTEST_SKIP() << "sanitizers take more address space than any limit leaves";
#endif
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    // Larger than the room that threads of other tests may have left in heaps of their own: 64 MiB each in glibc.
    constexpr std::size_t block = std::size_t{96} << 20U;
    const MemoryReserve reserve{2 * block};
    std::size_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> pages;
    const rlim_t taken = pages * static_cast<std::size_t>(::getpagesize());
    const rlimit no_more{.rlim_cur = taken, .rlim_max = taken};
    std::vector<std::vector<char>> kept;
    kept.reserve(100);
    if (MemoryReserve::is_used() || ::setrlimit(RLIMIT_AS, &no_more) != 0) ::_exit(1);
    try {
      kept.emplace_back(block);
    } catch (const std::bad_alloc&) {
      ::_exit(4);
    }
    if (!MemoryReserve::is_used()) ::_exit(2);
    try {
      for (int i = 0; i < 99; ++i) kept.emplace_back(block);
      ::_exit(3);
    } catch (const std::bad_alloc&) {
      ::_exit(0);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace portolan::os
