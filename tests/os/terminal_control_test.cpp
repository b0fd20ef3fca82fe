#include "os/terminal/terminal_control.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

// Runs `body` in a child, because signals and terminals belong to a whole process; its wait status.
int in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

bool is_awake(const TerminalControl& control, int milliseconds = 0) {
  pollfd watched{control.wake(), POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

std::unique_ptr<TerminalControl> open_control(std::optional<Duration> interval = {}) {
  auto control = TerminalControl::open({.interval = interval, .keys = true});
  EXPECT_TRUE(control.has_value());
  return std::move(*control);
}

void expect_passed(int status) {
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(TerminalControl, FirstSignalAsksToStopAndSaysWhich) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    expect_passed(in_child([signal] {
      const auto control = open_control();
      EXPECT_FALSE(control->stop_requested());
      EXPECT_FALSE(control->signal().has_value());
      EXPECT_FALSE(is_awake(*control));
      ::raise(signal);
      EXPECT_TRUE(is_awake(*control));
      EXPECT_TRUE(control->stop_requested());
      EXPECT_FALSE(is_awake(*control));  // heard: a link that waits for it may sleep again
      EXPECT_TRUE(control->stop_requested());
      EXPECT_EQ(control->signal(), signal);
    }));
  }
}

TEST(TerminalControl, LaterSignalEndsTheProcess) {
  for (const int second : {SIGINT, SIGTERM, SIGHUP}) {
    const int status = in_child([second] {
      const auto control = TerminalControl::open({.interval = {}, .ignore_more_for = 0s});
      ::raise(SIGINT);
      ::raise(second);
      FAIL() << "still there";
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), second);
  }
}

TEST(TerminalControl, SignalRightBehindTheFirstIsIgnored) {
  for (const int second : {SIGINT, SIGTERM, SIGHUP}) {
    expect_passed(in_child([second] {
      const auto control = TerminalControl::open({.interval = {}, .ignore_more_for = 1h});
      ASSERT_TRUE(control);
      ::raise(SIGINT);
      ::raise(second);
      EXPECT_EQ((*control)->signal(), SIGINT);
    }));
  }
}

TEST(TerminalControl, FileThatMayNotGrowDoesNotKill) {
  expect_passed(in_child([] {
    const auto control = open_control();
    ::raise(SIGXFSZ);
  }));
}

TEST(TerminalControl, SignalsThatTheCallerIgnoresStayIgnored) {
  expect_passed(in_child([] {
    ::signal(SIGINT, SIG_IGN);  // as a shell does for its background jobs
    const auto control = open_control();
    ::raise(SIGINT);
    EXPECT_FALSE(control->stop_requested());
  }));
}

TEST(TerminalControl, ReaderThatGoesAwayDoesNotKill) {
  expect_passed(in_child([] {
    const auto control = open_control();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    EXPECT_EQ(::write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
  }));
}

TEST(TerminalControl, ProgressIsDueOnceAnInterval) {
  expect_passed(in_child([] {
    const auto control = open_control(20ms);
    ASSERT_TRUE(is_awake(*control, 10'000));
    EXPECT_TRUE(control->progress_due());
    EXPECT_FALSE(control->progress_due());
    ASSERT_TRUE(is_awake(*control, 10'000));
    EXPECT_TRUE(control->progress_due());
  }));
}

TEST(TerminalControl, WithoutAnIntervalProgressIsNeverDueByItself) {
  expect_passed(in_child([] {
    const auto control = open_control();
    EXPECT_FALSE(is_awake(*control, 20));
    EXPECT_FALSE(control->progress_due());
  }));
}

class Terminal {
 public:
  Terminal() { EXPECT_EQ(::openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0); }
  ~Terminal() {
    ::close(master_);
    ::close(slave_);
  }
  // Makes it the standard input and controlling terminal of the calling (child) process.
  void take() const {
    ::setsid();
    EXPECT_EQ(::ioctl(slave_, TIOCSCTTY, 0), 0);
    EXPECT_EQ(::dup2(slave_, STDIN_FILENO), STDIN_FILENO);
  }
  void type(char key) const {
    EXPECT_EQ(::write(master_, &key, 1), 1);
    pollfd typed{slave_, POLLIN, 0};
    EXPECT_EQ(::poll(&typed, 1, 10'000), 1);  // the kernel hands it over in its own time
  }
  [[nodiscard]] bool is_as_usual() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(slave_, &now), 0);
    return (now.c_lflag & ICANON) != 0 && (now.c_lflag & ECHO) != 0;
  }

 private:
  int master_ = -1;
  int slave_ = -1;
};

TEST(TerminalControl, KeyMakesProgressDueAtOnce) {
  const Terminal terminal;
  expect_passed(in_child([&] {
    terminal.take();
    const auto control = open_control();
    EXPECT_FALSE(terminal.is_as_usual());
    EXPECT_FALSE(control->progress_due());
    terminal.type(' ');
    ASSERT_TRUE(is_awake(*control, 10'000));
    EXPECT_TRUE(control->progress_due());
    EXPECT_FALSE(control->progress_due());
    EXPECT_EQ(control->keys_pressed(), 1U);
  }));
  EXPECT_TRUE(terminal.is_as_usual());
}

TEST(TerminalControl, TerminalIsPutBackByEverySignal) {
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) {
    const Terminal terminal;
    (void)in_child([&] {
      terminal.take();
      const auto control = open_control();
      EXPECT_FALSE(terminal.is_as_usual());
      ::raise(signal);
      EXPECT_TRUE(terminal.is_as_usual());  // reached after SIGINT and SIGTERM only
      ::_exit(0);
    });
    EXPECT_TRUE(terminal.is_as_usual()) << signal;
  }
}

TEST(TerminalControl, BackgroundProcessLeavesTheTerminalAloneAndIsNotStopped) {
  const Terminal terminal;
  expect_passed(in_child([&] {
    terminal.take();
    const int status = in_child([&] {
      ::setpgid(0, 0);  // a process group of its own, which is not the foreground one
      const auto control = open_control();
      EXPECT_TRUE(terminal.is_as_usual());
      terminal.type('\n');
      EXPECT_FALSE(is_awake(*control));
      EXPECT_FALSE(control->progress_due());
    });
    expect_passed(status);
  }));
}

// What a job of a shell goes through: the foreground, the background, and back.
void live_as_a_job(const Terminal& terminal, pid_t shell) {
  ::signal(SIGTTOU, SIG_IGN);  // the test moves the foreground about, which is the shell's part
  ::setpgid(0, 0);
  ASSERT_EQ(::tcsetpgrp(STDIN_FILENO, ::getpgrp()), 0);
  const auto control = open_control();
  EXPECT_FALSE(terminal.is_as_usual());
  ASSERT_EQ(::tcsetpgrp(STDIN_FILENO, shell), 0);
  terminal.type('x');
  EXPECT_FALSE(control->progress_due());
  EXPECT_FALSE(is_awake(*control));  // no busy loop over what is not ours to read
  EXPECT_EQ(control->keys_pressed(), 0U);
  ASSERT_EQ(::tcsetpgrp(STDIN_FILENO, ::getpgrp()), 0);
  ::raise(SIGCONT);  // what fg sends
  EXPECT_TRUE(is_awake(*control));
  (void)control->progress_due();
  terminal.type('y');
  ASSERT_TRUE(is_awake(*control, 10'000));
  EXPECT_TRUE(control->progress_due());
}

TEST(TerminalControl, SentToTheBackgroundWhileItRunsItStopsReadingKeys) {
  const Terminal terminal;
  expect_passed(in_child([&] {
    terminal.take();
    const pid_t shell = ::getpid();
    const pid_t job = ::fork();
    if (job == 0) {
      live_as_a_job(terminal, shell);
      std::fflush(nullptr);
      ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(job, &status, WUNTRACED), job);
    EXPECT_FALSE(WIFSTOPPED(status)) << "by " << WSTOPSIG(status);
    ::kill(job, SIGKILL);
    expect_passed(status);
  }));
}

}  // namespace
}  // namespace portolan::os
