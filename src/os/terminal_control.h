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

namespace portolan::os {

struct TerminalControlOptions {
  // Progress is due this often (a live display, --stats-every); nullopt: only when a key is pressed.
  std::optional<Duration> interval;
  // Key presses are heard where standard input is a terminal and this process is in its foreground.
  bool keys = true;
  // Signals that ask to stop are ignored for this long after the first: whoever presses ^C twice, or a
  // shell that signals after the terminal did, must not cost reports their end.
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

  bool stop_requested() override;
  bool progress_due() override;

  // SIGINT, SIGTERM or SIGHUP, once one of them came: the exit status is 128 more.
  [[nodiscard]] std::optional<int> signal() const;
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
  FileDescriptor timer_;
  bool wants_keys_ = false;
  bool hears_keys_ = false;
  bool due_ = false;
  std::uint64_t keys_pressed_ = 0;
};

}  // namespace portolan::os
