#include "os/process/forked_work.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "os/stop_signals.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

Error no_process(int error) {
  return {Errc::limit, fmt::format("cannot begin another process: {}", error_text(error)), error_name(error)};
}

[[noreturn]] void run_apart(const std::function<int()>& work, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int empty = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool is_ready =
      ::dup2(output, STDOUT_FILENO) >= 0 && empty >= 0 && ::dup2(empty, STDIN_FILENO) >= 0 && ::getppid() == parent;
  const int status = is_ready ? work() : 1;
  (void)std::fflush(nullptr);
  ::_exit(status);
}

}  // namespace

Result<ForkedWork> ForkedWork::begin(const std::function<int()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(no_process(errno));
  FileDescriptor output{ends[0]};
  const FileDescriptor input{ends[1]};
  const pid_t parent = ::getpid();
  (void)std::fflush(nullptr);  // what waits to be written is written once
  const pid_t process = ::fork();
  if (process < 0) return fail(no_process(errno));
  if (process == 0) run_apart(work, input.get(), parent);
  return ForkedWork{process, std::move(output)};
}

ForkedWork::ForkedWork(ForkedWork&& other) noexcept
    : process_{std::exchange(other.process_, -1)},
      output_{std::move(other.output_)},
      is_told_to_stop_{other.is_told_to_stop_} {}

ForkedWork::~ForkedWork() {
  if (process_ <= 0) return;
  ::kill(process_, SIGTERM);
  output_ = FileDescriptor{};  // so that it does not wait for somebody to read
  (void)wait();
}

Result<std::string> ForkedWork::read() {
  std::array<char, 65'536> buffer{};
  for (;;) {
    if (!is_told_to_stop_) wait_or_stop(output_.get(), {});
    if (!is_told_to_stop_ && StopSignals::signal()) {
      is_told_to_stop_ = true;
      ::kill(process_, SIGTERM);
    }
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got >= 0) return std::string{buffer.data(), static_cast<std::size_t>(got)};
    if (errno != EINTR) return fail({Errc::io, fmt::format("cannot read: {}", error_text(errno)), error_name(errno)});
  }
}

int ForkedWork::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  constexpr int by_signal = 128;
  return WIFSIGNALED(status) ? by_signal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace portolan::os
