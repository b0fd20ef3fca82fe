// Where there is no memory left. Sanitizers take more address space than any limit leaves, so these run with the
// release build.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "os/memory_reserve.h"
#include "os/names/address_lookups.h"
#include "tests/os/sanitizers.h"

namespace portolan::os {
namespace {

class OutOfMemory : public testing::Test {
 protected:
  void SetUp() override {
#if defined(SANITIZER_NEEDS_ADDRESS_SPACE)
    GTEST_SKIP() << "sanitizers take more address space than any limit leaves";
#endif
  }
};

// In a child, because limits belong to a whole process.
TEST_F(OutOfMemory, WorkGoesOnWithTheReserveOnce) {
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

// Takes what the allocator has left, down to its smallest pieces, and gives it back at the end.
class NoMemory {
 public:
  NoMemory() {
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit none{.rlim_cur = 1, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &none);
    constexpr std::size_t largest = std::size_t{1} << 26U;
    constexpr std::size_t every = 2'048;  // below, the allocator keeps pieces of each size by themselves
    for (std::size_t size = largest; size > every; size /= 2) take_all(size);
    for (std::size_t size = every; size >= sizeof(Piece); size -= sizeof(Piece)) take_all(size);
  }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
  ~NoMemory() {
    ::setrlimit(RLIMIT_AS, &before_);
    while (taken_ != nullptr) std::free(std::exchange(taken_, taken_->next));
  }

 private:
  struct Piece {
    Piece* next;
  };
  void take_all(std::size_t size) {
    while (auto* piece = static_cast<Piece*>(std::malloc(size))) {
      piece->next = taken_;
      taken_ = piece;
    }
  }
  rlimit before_{};
  Piece* taken_ = nullptr;
};

TEST_F(OutOfMemory, TheSentenceOfALookUpIsMadeLater) {
  const auto none = std::make_shared<std::optional<NoMemory>>();
  auto opened = AddressLookups::open([none](std::string_view) -> AddressLookups::Answer {
    none->emplace();
    throw std::bad_alloc{};
  });
  ASSERT_TRUE(opened.has_value());
  const auto& lookups = *opened;
  lookups->ask("a");
  EXPECT_TRUE(lookups->wait_for("a", Instant::max()));
  none->reset();
  const auto answer = lookups->answer("a").value();
  EXPECT_EQ(answer.error().cause, "ENOMEM");
  EXPECT_EQ(answer.error().message, "cannot resolve 'a': there is not enough memory");
  const auto told = lookups->take_new();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].answer.error().message, answer.error().message);
}

}  // namespace
}  // namespace portolan::os
