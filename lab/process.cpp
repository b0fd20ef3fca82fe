#include "lab/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace portolan::lab {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error(fmt::format("no pipe for a program of the lab: {}", std::strerror(errno)));
  }
  return {ends[0], ends[1]};
}

// Memory as a file: it holds any amount, so nobody has to feed a pipe while reading two others.
int file_of(std::string_view text) {
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  if (file < 0) throw std::runtime_error(fmt::format("no file for standard input: {}", std::strerror(errno)));
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) throw std::runtime_error(fmt::format("standard input not written: {}", std::strerror(errno)));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

[[noreturn]] void stop_child(const char* what) {
  const std::string text = fmt::format("lab: {}: {}\n", what, std::strerror(errno));
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) ::_exit(126);
  ::_exit(127);
}

// A user id of 0 gets every capability back at exec unless the securebits say otherwise
// (capabilities(7)); an emptied bounding set keeps file capabilities from returning them.
void give_up_capabilities() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  if (::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0) stop_child("securebits");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) stop_child("no_new_privs");
}

void refuse_sockets(std::uint32_t refused) {
  constexpr std::uint32_t number = offsetof(seccomp_data, nr);
  constexpr std::uint32_t family = offsetof(seccomp_data, args);  // the low half, on little-endian machines
  std::array<sock_filter, 6> code{
      {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, family), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused, 0, 1),
       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog program{code.size(), code.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) stop_child("no_new_privs");
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) stop_child("seccomp");
}

void move_to(int file, int number) {
  if (::dup2(file, number) < 0) stop_child("dup2");
}

[[noreturn]] void become(const Command& command, int network, pid_t parent) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) stop_child("parent's death signal");
  if (::getppid() != parent) ::_exit(127);  // it died before the line above
  if (network >= 0 && ::setns(network, CLONE_NEWNET) != 0) stop_child("entering the namespace");
  for (const int file : command.inherited) ::fcntl(file, F_SETFD, 0);
  // What is read back is English, whoever runs the tests.
  ::setenv("LC_ALL", "C.UTF-8", 1);
  ::unsetenv("LANGUAGE");
  for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!command.privileged) give_up_capabilities();
  if (!command.netlink) refuse_sockets(AF_NETLINK);
  if (!command.packets) refuse_sockets(AF_PACKET);
  std::vector<char*> words;
  words.reserve(command.words.size() + 1);
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  stop_child(words[0]);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// Appends what is there; false once the stream has ended.
bool drain(int file, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(file, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

void close_once(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

}  // namespace

Running::Running(const Command& command, int network) : started_{Clock::now()} {
  const int input = file_of(command.input);
  const Pipe output = command.quiet ? make_pipe() : Pipe{};
  const Pipe errors = command.quiet ? make_pipe() : Pipe{};
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error(fmt::format("no process for the lab: {}", std::strerror(errno)));
  if (process_ == 0) {
    if (command.quiet) {
      move_to(input, STDIN_FILENO);
      move_to(output.write, STDOUT_FILENO);
      move_to(errors.write, STDERR_FILENO);
    }
    become(command, network, parent);
  }
  ending_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
  if (ending_ < 0) throw std::runtime_error(fmt::format("no handle on a process: {}", std::strerror(errno)));
  ::close(input);
  if (command.quiet) {
    ::close(output.write);
    ::close(errors.write);
  }
  output_ = output.read;
  errors_ = errors.read;
}

Running::Running(Running&& other) noexcept
    : process_{std::exchange(other.process_, -1)},
      ending_{std::exchange(other.ending_, -1)},
      output_{std::exchange(other.output_, -1)},
      errors_{std::exchange(other.errors_, -1)},
      started_{other.started_},
      ended_{other.ended_},
      finished_{std::move(other.finished_)} {}

Running::~Running() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  close_once(ending_);
  close_once(output_);
  close_once(errors_);
}

void Running::signal(int number) const {
  if (process_ > 0) ::kill(process_, number);
}

bool Running::collect(Clock::time_point deadline) {
  std::array<pollfd, 3> watched{pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}, pollfd{ending_, POLLIN, 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  if (left <= 0) return false;
  if (::poll(watched.data(), watched.size(), static_cast<int>(left)) < 0) return errno == EINTR;
  if (watched[2].revents != 0 && !ended_) ended_ = Clock::now();
  if (watched[0].revents != 0 && !drain(output_, finished_.output)) close_once(output_);
  if (watched[1].revents != 0 && !drain(errors_, finished_.errors)) close_once(errors_);
  // What it wrote before it ended is still in the pipes: the end counts once they have nothing more.
  return !ended_ || watched[0].revents != 0 || watched[1].revents != 0;
}

bool Running::read_until(std::string_view text, std::chrono::milliseconds longest) {
  const auto deadline = Clock::now() + longest;
  while (finished_.output.find(text) == std::string::npos) {
    if (!collect(deadline)) return false;
  }
  return true;
}

Finished Running::finish(std::chrono::milliseconds longest) {
  const auto deadline = started_ + longest;
  while (collect(deadline)) {
  }
  if (!ended_) {
    finished_.timed_out = true;
    ::kill(process_, SIGKILL);
  }
  rusage used{};
  int status = 0;
  while (::wait4(process_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  process_ = -1;
  finished_.seconds = std::chrono::duration<double>(ended_.value_or(Clock::now()) - started_).count();
  finished_.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  finished_.peak_kib = used.ru_maxrss;
  finished_.by_signal = WIFSIGNALED(status);
  finished_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return std::move(finished_);
}

Finished run(const Command& command, int network, std::chrono::milliseconds longest) {
  return Running{command, network}.finish(longest);
}

}  // namespace portolan::lab
