#include "os/process/forked_work.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <string_view>

namespace portolan::os {
namespace {

std::string all_of(ForkedWork& work) {
  std::string all;
  for (;;) {
    const auto bytes = work.read();
    EXPECT_TRUE(bytes);
    if (!bytes || bytes->empty()) return all;
    all += *bytes;
  }
}

void say(std::string_view text) { (void)!::write(STDOUT_FILENO, text.data(), text.size()); }

TEST(ForkedWork, SaysWhatItWritesAndHowItEnded) {
  auto work = ForkedWork::begin([] {
    say("one\ntwo\n");
    return 3;
  });
  ASSERT_TRUE(work);
  EXPECT_EQ(all_of(*work), "one\ntwo\n");
  EXPECT_EQ(work->wait(), 3);
}

TEST(ForkedWork, ItsStandardInputIsEmptyAndASignalIsItsStatus) {
  auto reads = ForkedWork::begin([] {
    char c = 0;
    return ::read(STDIN_FILENO, &c, 1) == 0 ? 0 : 1;
  });
  ASSERT_TRUE(reads);
  EXPECT_EQ(all_of(*reads), "");
  EXPECT_EQ(reads->wait(), 0);
  auto dies = ForkedWork::begin([] {
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  ASSERT_TRUE(dies);
  EXPECT_EQ(all_of(*dies), "");
  EXPECT_EQ(dies->wait(), 128 + SIGKILL);
}

// Whoever forgets it ends it.
TEST(ForkedWork, EndsWithWhomItWorksFor) {
  auto work = ForkedWork::begin([] {
    for (;;) ::pause();
    return 0;
  });
  ASSERT_TRUE(work);
}

}  // namespace
}  // namespace portolan::os
