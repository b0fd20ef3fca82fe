#include "os/terminal/terminal_control.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "base/message.h"
#include "os/memory_reserve.h"
#include "os/signal_handlers.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr Duration shortest_interval = 1ms;

// What signal handlers may touch. They run in any thread, between any two instructions.
std::atomic<bool> continued = false;
std::atomic<int> bell = -1;
std::atomic<bool> terminal_changed = false;
termios terminal_before{};  // written before terminal_changed is set
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

// tcsetattr() is safe in signal handlers (signal-safety(7)). Not from the background: SIGTTOU would
// stop us, and the terminal is another program's by then.
void restore_terminal() {
  if (!terminal_changed.exchange(false)) return;
  if (::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) (void)::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
}

void ring_bell() {
  const std::uint64_t one = 1;
  (void)!::write(bell.load(), &one, sizeof one);
}

void on_first_stop() {
  restore_terminal();
  ring_bell();
}

// Signals that end or stop the process: first the terminal is put back, then they do what they do.
void on_farewell(int signal) {
  const int saved = errno;
  restore_terminal();
  set_handler(signal, SIG_DFL);
  (void)::raise(signal);  // is delivered when this handler returns
  errno = saved;
}

void on_continue(int /*signal*/) {
  const int saved = errno;
  set_handler(SIGTSTP, on_farewell);
  continued = true;
  ring_bell();
  errno = saved;
}

bool is_foreground_terminal() { return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

itimerspec every(Duration interval) {
  const timespec time{std::chrono::duration_cast<std::chrono::seconds>(interval).count(), (interval % 1s).count()};
  return {time, time};
}

std::unexpected<Error> failure(std::string_view sentence) {
  return fail(Errc::io, said_as(sentence, error_text(errno)));
}

}  // namespace

Result<std::unique_ptr<TerminalControl>> TerminalControl::open(const TerminalControlOptions& options) {
  std::unique_ptr<TerminalControl> control{new TerminalControl};
  control->wake_.reset(::epoll_create1(EPOLL_CLOEXEC));
  control->bell_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!control->wake_.is_open() || !control->bell_.is_open()) return failure(message("cannot watch for signals: {}"));
  if (const auto watched = control->watch(control->bell_.get()); !watched) return fail(watched.error());
  if (options.interval) {
    if (const auto started = control->start_timer(*options.interval); !started) return fail(started.error());
  }
  bell = control->bell_.get();
  auto stop = StopSignals::open({.ignore_more_for = options.ignore_more_for, .on_first = on_first_stop});
  if (!stop) return fail(stop.error());
  control->stop_ = std::move(*stop);
  control->catch_signals();
  if (options.keys) control->hear_keys();
  return control;
}

Result<void> TerminalControl::watch(int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (::epoll_ctl(wake_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0)
    return failure(message("cannot watch for signals: {}"));
  return {};
}

Result<void> TerminalControl::start_timer(Duration interval) {
  timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  const itimerspec times = every(std::max(interval, shortest_interval));
  if (!timer_.is_open() || ::timerfd_settime(timer_.get(), 0, &times, nullptr) != 0)
    return failure(message("cannot start a timer: {}"));
  return watch(timer_.get());
}

void TerminalControl::catch_signals() {
  continued = false;
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGXFSZ, SIG_IGN);
  for (const int signal : {SIGQUIT, SIGTSTP}) set_unless_ignored(signal, on_farewell);
  set_handler(SIGCONT, on_continue);
}

TerminalControl::~TerminalControl() {
  leave_terminal();
  stop_.reset();
  for (const int signal : {SIGQUIT, SIGTSTP}) set_unless_ignored(signal, SIG_DFL);
  set_handler(SIGCONT, SIG_DFL);
  bell = -1;
}

void TerminalControl::hear_keys() {
  wants_keys_ = true;
  enter_terminal();
}

void TerminalControl::enter_terminal() {
  if (!wants_keys_ || hears_keys_ || StopSignals::signal() || !is_foreground_terminal()) return;
  termios now{};
  if (::tcgetattr(STDIN_FILENO, &now) != 0) return;
  terminal_before = now;
  terminal_changed = true;
  // Keys at once and unseen; ^C and ^Z stay what they are.
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  now.c_cc[VMIN] = 0;
  now.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &now) != 0) {
    terminal_changed = false;
    return;
  }
  hears_keys_ = watch(STDIN_FILENO).has_value();
}

void TerminalControl::leave_terminal() {
  restore_terminal();
  if (!hears_keys_) return;
  (void)::epoll_ctl(wake_.get(), EPOLL_CTL_DEL, STDIN_FILENO, nullptr);
  hears_keys_ = false;
}

void TerminalControl::read_keys() {
  if (!hears_keys_) return;
  // In the background reading would stop the whole process (SIGTTIN), and what is typed is the shell's.
  if (!terminal_changed || !is_foreground_terminal()) {
    leave_terminal();
    return;
  }
  std::array<char, 64> keys{};
  const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
  if (count > 0) {
    keys_pressed_ += static_cast<std::uint64_t>(count);
    due_ = true;
  } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
    leave_terminal();  // the terminal is gone
  }
}

void TerminalControl::drain() {
  std::array<epoll_event, 3> events{};
  const int count = ::epoll_wait(wake_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
    if (descriptor == STDIN_FILENO) {
      read_keys();
      continue;
    }
    std::uint64_t times = 0;
    (void)!::read(descriptor, &times, sizeof times);
    if (descriptor == timer_.get()) due_ = true;
  }
  if (continued.exchange(false)) {
    leave_terminal();
    enter_terminal();
  }
}

bool TerminalControl::stop_requested() {
  if (MemoryReserve::is_used()) return true;
  if (!StopSignals::signal()) return false;
  drain();
  return true;
}

bool TerminalControl::progress_due() {
  drain();
  return std::exchange(due_, false);
}

}  // namespace portolan::os
