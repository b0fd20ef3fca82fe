// SIGINT, SIGTERM and SIGHUP as the wish to stop, heard in whatever a program waits for.
#pragma once

#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/time.h"
#include "os/file_descriptor.h"

namespace portolan::os {

// One at a time in a process: signals belong to all of it.
class StopSignals {
 public:
  struct Options {
    // Signals are ignored for this long after the first: whoever presses ^C twice, or a shell that signals after the
    // terminal did, must not cost reports their end. A later one ends the process as it always would.
    Duration ignore_more_for = std::chrono::seconds{1};
    // Called in the handler of the first one: only what signal-safety(7) allows.
    void (*on_first)() = nullptr;
  };
  // From here on the first signal does nothing but to be known. One that the caller ignores (nohup) stays ignored.
  // Errc::limit where there are too many open files.
  static Result<std::unique_ptr<StopSignals>> open(const Options& options);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  // Signals do what they did before.
  ~StopSignals();

  // The first that came, nullopt while none has.
  [[nodiscard]] static std::optional<int> signal();
  // All is done, and what was told is to stay true: from here to the end of the process signals are ignored.
  void nothing_left();

 private:
  StopSignals() = default;
  FileDescriptor stop_;
  bool nothing_left_ = false;
};

// Once the StopSignals are gone: the signal that came ends the process, as it would have without them.
void end_by_signal();

// Whether signals are caught just now, so that who waits by a plain system call would not be ended by them.
bool stop_is_caught();

// Waits until `descriptor` is ready for `events` of poll(2): true. False once a signal has come and `patience` has gone
// by, counted from the signal or from the last time that somebody waited here with success, whatever was later: of
// several descriptors whose other ends stall, only the first is waited for. Where no signals are caught it is true at
// once: the system call that follows waits.
bool wait_until_ready(int descriptor, short events, Duration patience = {});

// Waits until `descriptor` is readable, a signal has come, or so much time has gone by (nullopt: any), whichever is
// first; sooner, perhaps.
void wait_or_stop(int descriptor, std::optional<Duration> at_most);

// poll(2), which a signal ends as well. False once one has come; then, and where it failed, nothing is said of
// `watched`.
bool poll_or_stop(std::span<pollfd> watched, int milliseconds);

}  // namespace portolan::os
