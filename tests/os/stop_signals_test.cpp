#include "os/stop_signals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "os/files.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

// Whoever hangs is ended by SIGALRM, long after any machine would have come through.
constexpr unsigned long_enough = 60;

// Runs `body` in a child, because signals belong to a whole process; its wait status.
int in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(long_enough);
    body();
    std::fflush(nullptr);
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void expect_passed(const std::function<void()>& body) {
  const int status = in_child(body);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

std::unique_ptr<StopSignals> catch_signals() {
  auto signals = StopSignals::open({.ignore_more_for = 1h});
  EXPECT_TRUE(signals);
  return std::move(*signals);
}

// The thread sanitizer holds signals back while a thread is inside write() or open(), which is what is tested here.
#if defined(__SANITIZE_THREAD__)
constexpr bool signals_interrupt_calls = false;
#else
constexpr bool signals_interrupt_calls = true;
#endif

class StopSignalsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!signals_interrupt_calls) GTEST_SKIP() << "the thread sanitizer holds signals back during calls";
  }
  StopSignalsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-stop-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~StopSignalsTest() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string fifo() const {
    const std::string path = directory_ + "/fifo";
    ::mkfifo(path.c_str(), 0600);
    return path;
  }

  std::string directory_;
};

// Two ends of which nobody reads the second. Both stay open.
struct Channel {
  const char* kind;
  std::array<int, 2> (*open)();  // {what is written to, its other end}
};

std::array<int, 2> open_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  return {ends[1], ends[0]};
}
std::array<int, 2> open_sockets() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return ends;
}
std::array<int, 2> open_terminal() {
  int master = -1;
  int terminal = -1;
  EXPECT_EQ(::openpty(&master, &terminal, nullptr, nullptr, nullptr), 0);
  return {terminal, master};
}
constexpr std::array channels{Channel{"pipe", open_pipe}, Channel{"socket", open_sockets},
                              Channel{"terminal", open_terminal}};

// Puts `file` in the place of standard error; failures of tests are told on standard output.
std::unique_ptr<OutputFile> output_to(int file) {
  EXPECT_GE(::dup2(file, STDERR_FILENO), 0);
  return OutputFile::standard_error();
}

TEST_F(StopSignalsTest, AReaderThatStallsEndsWithTheFirstSignalWhateverIsWrittenTo) {
  for (const Channel& channel : channels) {
    SCOPED_TRACE(channel.kind);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      expect_passed([&] {
        const auto signals = catch_signals();
        const auto output = output_to(channel.open()[0]);
        const std::thread killer{[signal] { ::kill(::getpid(), signal); }};
        const auto done = output->write(std::string(16U << 20U, 'x'));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Errc::reader_gone) << done.error().message;
        EXPECT_TRUE(output->write("more"));
        EXPECT_FALSE(output->flush());
        ::_exit(::testing::Test::HasFailure() ? 1 : 0);  // with its thread
      });
    }
  }
}

TEST_F(StopSignalsTest, AReaderThatIsOnlySlowGetsEverythingAfterASignal) {
  for (const Channel& channel : channels) {
    SCOPED_TRACE(channel.kind);
    expect_passed([&] {
      const auto signals = catch_signals();
      const auto [here, there] = channel.open();
      const auto output = output_to(here);
      ::raise(SIGINT);
      constexpr std::size_t size = 300'000;
      std::size_t read = 0;
      std::thread reader{[other = there, &read] {
        std::array<char, 1000> bytes{};
        while (read < size) {
          const ssize_t count = ::read(other, bytes.data(), bytes.size());
          if (count <= 0) return;
          read += static_cast<std::size_t>(count);
        }
      }};
      EXPECT_TRUE(output->write(std::string(size, 'x')));
      reader.join();
      EXPECT_EQ(read, size);
    });
  }
}

TEST_F(StopSignalsTest, OfSeveralReadersThatStallOneIsWaitedFor) {
  expect_passed([] {
    const auto signals = catch_signals();
    ::raise(SIGTERM);
    const int one = open_pipe()[0];
    while (wait_until_ready(one, POLLOUT)) ASSERT_GT(::write(one, std::string(4096, 'x').data(), 4096), 0);
    EXPECT_FALSE(wait_until_ready(one, POLLOUT, 50ms));
    // An hour counted from the signal would never end; what is over is over for all.
    EXPECT_FALSE(wait_until_ready(one, POLLOUT, 50ms));
  });
}

TEST_F(StopSignalsTest, AFifoWithoutAReaderIsGivenUp) {
  const std::string path = fifo();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    expect_passed([&] {
      const auto signals = catch_signals();
      std::thread killer{[signal] { ::kill(::getpid(), signal); }};
      const auto output = OutputFile::open(path);
      killer.join();
      ASSERT_FALSE(output);
      EXPECT_EQ(output.error().code, Errc::reader_gone);
    });
  }
}

TEST_F(StopSignalsTest, AFifoWaitsForItsReaderAndThenHasAllOfIt) {
  const std::string path = fifo();
  expect_passed([&] {
    const auto signals = catch_signals();
    std::string text;
    std::thread reader{[&] { text = read_file(path).value_or("unreadable"); }};
    {
      const auto output = OutputFile::open(path);
      ASSERT_TRUE(output);
      EXPECT_TRUE((*output)->write(std::string(100'000, 'y')));
    }
    reader.join();
    EXPECT_EQ(text, std::string(100'000, 'y'));
  });
}

TEST_F(StopSignalsTest, WhatIsReadFromASilentWriterIsGivenUp) {
  const std::string path = fifo();
  expect_passed([&] {
    const auto signals = catch_signals();
    std::thread killer{[] { ::kill(::getpid(), SIGTERM); }};
    EXPECT_FALSE(read_file(path)) << "a FIFO without a writer";
    killer.join();
    ASSERT_GE(::dup2(open_pipe()[1], STDIN_FILENO), 0);
    EXPECT_FALSE(read_file("-")) << "standard input, whose writer is silent";
  });
}

TEST_F(StopSignalsTest, WhenNothingIsLeftToStopSignalsDoNothing) {
  const int status = in_child([] {
    auto signals = StopSignals::open({.ignore_more_for = 0s});
    ASSERT_TRUE(signals);
    (*signals)->nothing_left();
    for (int i = 0; i < 2; ++i) {
      for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::raise(signal);
    }
    signals->reset();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::raise(signal);
    EXPECT_FALSE(StopSignals::signal());
    ::_exit(::testing::Test::HasFailure() ? 1 : 7);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(StopSignalsTest, TheSignalThatCameEndsTheProcessLater) {
  const int status = in_child([] {
    {
      const auto signals = catch_signals();
      ::raise(SIGINT);
      std::array<pollfd, 1> nothing{{{-1, 0, 0}}};
      EXPECT_FALSE(poll_or_stop(nothing, -1));
    }
    end_by_signal();
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST_F(StopSignalsTest, WithoutThemASignalEndsTheProcessAsEver) {
  const int status = in_child([] {
    {
      const auto signals = catch_signals();
    }
    EXPECT_FALSE(stop_is_caught());
    ::raise(SIGTERM);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace portolan::os
