#include "os/thread/quiet_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <latch>

namespace portolan::os {
namespace {

bool is_pending(int signal) {
  sigset_t pending;
  ::sigpending(&pending);
  return ::sigismember(&pending, signal) == 1;
}

// Blocked in this thread, a signal of the process goes to any other that hears it.
TEST(QuietThread, NoSignalIsDeliveredToIt) {
  std::latch end{1};
  std::thread quiet = quiet_thread([&end] { end.wait(); });
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &term, &before);
  ::kill(::getpid(), SIGTERM);
  EXPECT_TRUE(is_pending(SIGTERM));
  int taken = 0;
  ::sigwait(&term, &taken);
  EXPECT_EQ(taken, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  end.count_down();
  quiet.join();
}

TEST(QuietThread, WhoStartsOneHearsSignalsAsBefore) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  quiet_thread([] {}).join();
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < NSIG; ++signal) {
    EXPECT_EQ(::sigismember(&before, signal), ::sigismember(&after, signal)) << signal;
  }
}

}  // namespace
}  // namespace portolan::os
