#include "os/stop_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <limits>
#include <vector>

#include "base/message.h"
#include "os/signal_handlers.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

constexpr std::array stop_numbers{SIGINT, SIGTERM, SIGHUP};
constexpr std::int64_t nanoseconds_a_millisecond = 1'000'000;

// What signal handlers may touch. They run between any two instructions.
std::atomic<int> first_signal = 0;
std::atomic<int> stop_event = -1;  // readable from the first signal on; -1: none are caught
std::atomic<void (*)()> on_first = nullptr;
std::atomic<std::int64_t> deaf_nanoseconds = 0;
// Far off until the first signal has set it: a second one may come before that.
std::atomic<std::int64_t> deaf_until = std::numeric_limits<std::int64_t>::max();
// When the signal came, or when something that was waited for after it got ready.
std::atomic<std::int64_t> last_moved = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<void (*)()>::is_always_lock_free);

// clock_gettime() is safe in signal handlers.
std::int64_t nanoseconds_now() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

void on_stop(int signal) {
  const int saved = errno;
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    const std::int64_t now = nanoseconds_now();
    last_moved = now;
    deaf_until = now + deaf_nanoseconds;
    if (const auto also = on_first.load()) also();
    const std::uint64_t one = 1;
    (void)!::write(stop_event.load(), &one, sizeof one);
  } else if (nanoseconds_now() >= deaf_until) {
    set_handler(signal, SIG_DFL);
    (void)::raise(signal);  // is delivered when this handler returns
  }
  errno = saved;
}

bool is_ready(pollfd& watched, int milliseconds) {
  watched.revents = 0;
  return ::poll(&watched, 1, milliseconds) == 1;
}

// After the signal: until `patience` has gone by in which nothing moved.
bool gets_ready_soon(pollfd watched, Duration patience) {
  for (;;) {
    const std::int64_t left = last_moved + patience.count() - nanoseconds_now();
    const auto milliseconds = static_cast<int>(std::max<std::int64_t>(0, left / nanoseconds_a_millisecond));
    if (is_ready(watched, milliseconds)) return true;
    if (milliseconds == 0) return false;
  }
}

}  // namespace

Result<std::unique_ptr<StopSignals>> StopSignals::open(const Options& options) {
  std::unique_ptr<StopSignals> signals{new StopSignals};
  signals->stop_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!signals->stop_.is_open()) {
    return fail(Errc::limit, said("cannot watch for signals: {}", error_text(errno)));
  }
  first_signal = 0;
  deaf_until = std::numeric_limits<std::int64_t>::max();
  deaf_nanoseconds = options.ignore_more_for.count();
  on_first = options.on_first;
  stop_event = signals->stop_.get();
  for (const int signal : stop_numbers) set_unless_ignored(signal, on_stop);
  return signals;
}

StopSignals::~StopSignals() {
  if (!nothing_left_) {
    for (const int signal : stop_numbers) set_unless_ignored(signal, SIG_DFL);
  }
  stop_event = -1;
  on_first = nullptr;
}

std::optional<int> StopSignals::signal() {
  const int number = first_signal;
  return number == 0 ? std::nullopt : std::optional{number};
}

void StopSignals::nothing_left() {
  nothing_left_ = true;
  for (const int signal : stop_numbers) set_handler(signal, SIG_IGN);
}

void end_by_signal() {
  if (const auto number = StopSignals::signal()) (void)::raise(*number);
}

bool stop_is_caught() { return stop_event >= 0; }

bool wait_until_ready(int descriptor, short events, Duration patience) {
  if (!stop_is_caught()) return true;
  pollfd watched{descriptor, events, 0};
  if (is_ready(watched, 0)) return true;  // nobody had to wait
  while (!StopSignals::signal()) {
    std::array<pollfd, 2> both{{watched, {stop_event, POLLIN, 0}}};
    const int count = ::poll(both.data(), both.size(), -1);
    if (count < 0 && errno != EINTR) return true;  // what follows will say what is wrong
    if (count > 0 && both[0].revents != 0) return true;
  }
  if (!gets_ready_soon(watched, patience)) return false;
  last_moved = nanoseconds_now();
  return true;
}

void wait_or_stop(int descriptor, std::optional<Duration> at_most) {
  std::array<pollfd, 2> both{{{descriptor, POLLIN, 0}, {stop_event, POLLIN, 0}}};  // poll() passes over -1
  // A rest of a millisecond is waited for as a whole one.
  const std::int64_t milliseconds =
      at_most
          ? (std::max(at_most->count(), Duration::rep{0}) + nanoseconds_a_millisecond - 1) / nanoseconds_a_millisecond
          : -1;
  constexpr std::int64_t longest = std::numeric_limits<int>::max();
  (void)::poll(both.data(), both.size(), static_cast<int>(std::min(milliseconds, longest)));
}

bool poll_or_stop(std::span<pollfd> watched, int milliseconds) {
  std::vector<pollfd> all{watched.begin(), watched.end()};
  all.push_back({stop_event, POLLIN, 0});
  const bool is_told = ::poll(all.data(), all.size(), milliseconds) >= 0 && all.back().revents == 0;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    watched[i].revents = static_cast<short>(is_told ? all[i].revents : 0);
  }
  return !StopSignals::signal();
}

}  // namespace portolan::os
