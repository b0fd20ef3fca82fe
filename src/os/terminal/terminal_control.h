// What the user wants while a scan runs: signals, key presses, and the moments at which progress is to be
// told, behind one descriptor that a link can wait for.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "engine/scan.h"
#include "os/file_descriptor.h"
#include "os/stop_signals.h"

namespace portolan::os {

struct TerminalControlOptions {
  // Progress is due this often (a live display, --stats-every); nullopt: only when a key is pressed.
  std::optional<Duration> interval;
  // Key presses are heard where standard input is a terminal and this process is in its foreground.
  bool keys = true;
  // As in StopSignals::Options.
  Duration ignore_more_for = std::chrono::seconds{1};
};

// One at a time in a process: signals belong to all of it.
class TerminalControl final : public engine::UserControl {
 public:
  // From here on SIGPIPE is ignored (a reader that goes away shows as EPIPE), so is
  // SIGXFSZ (EFBIG), the first SIGINT, SIGTERM or SIGHUP asks the scan to stop, a later one ends the
  // process as it always would, and the terminal hands over keys one by one. The destructor and every signal put the
  // terminal back.
  static Result<std::unique_ptr<TerminalControl>> open(const TerminalControlOptions& options);
  ~TerminalControl() override;

  // From here on key presses are heard, as with the option: for who has something else to read from the terminal first.
  void hear_keys();
  // What was told is true and complete: signals do nothing any more.
  void nothing_left() { stop_->nothing_left(); }

  // Also where memory has run out (os/memory_reserve.h): what is known by then is told.
  bool stop_requested() override;
  bool progress_due() override;

  // SIGINT, SIGTERM or SIGHUP, once one of them came: the exit status is 128 more.
  [[nodiscard]] static std::optional<int> signal() { return StopSignals::signal(); }
  // Readable when one of the above has changed; calling them makes it unreadable again.
  [[nodiscard]] int wake() const { return wake_.get(); }
  [[nodiscard]] std::uint64_t keys_pressed() const { return keys_pressed_; }

 private:
  TerminalControl() = default;
  Result<void> watch(int descriptor);
  Result<void> start_timer(Duration interval);
  void catch_signals();
  void enter_terminal();
  void leave_terminal();
  void read_keys();
  void drain();

  FileDescriptor wake_;  // an epoll set of those below
  FileDescriptor bell_;  // rung by signal handlers
  std::unique_ptr<StopSignals> stop_;
  FileDescriptor timer_;
  bool wants_keys_ = false;
  bool hears_keys_ = false;
  bool due_ = false;
  std::uint64_t keys_pressed_ = 0;
};

}  // namespace portolan::os
