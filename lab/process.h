// A program run from a test: started in a namespace of the lab's choosing, its output collected,
// and gone with the test whatever happens to it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portolan::lab {

struct Command {
  std::vector<std::string> words;                                     // the program, found on PATH, and its arguments
  std::string input = {};                                             // what it reads on standard input
  std::vector<std::pair<std::string, std::string>> environment = {};  // set on top of this process's own
  // false: without any capability, which is what an ordinary user has (the user id is left alone, so
  // that it works inside a user namespace that knows only one).
  bool privileged = true;
  std::vector<int> inherited = {};  // file descriptors it finds open under the same number
  bool netlink = true;              // false: netlink sockets are refused, as by a seccomp filter of a container
  bool packets = true;              // false: packet sockets are refused, in the same way
  bool quiet = true;                // false: output goes where this process's own goes, and is not collected
};

struct Finished {
  int status = 0;  // exit status, or 128 + signal as the shell says it
  bool by_signal = false;
  bool timed_out = false;  // it was killed because it took longer than it was given
  std::string output;
  std::string errors;
  double seconds = 0;      // from before its start until it was reaped
  double cpu_seconds = 0;  // user and system
  long peak_kib = 0;       // resident set at its largest
};

class Running {
 public:
  // Enters the network namespace `network` (a file descriptor; -1: stays here) and runs the command.
  // Throws std::runtime_error where no process can be made.
  Running(const Command& command, int network);
  Running(Running&& other) noexcept;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running();  // kills it if it still runs

  void signal(int number) const;
  // Collects output until `text` has been written to standard output; false when it ends first.
  bool read_until(std::string_view text, std::chrono::milliseconds longest = std::chrono::seconds{30});
  Finished finish(std::chrono::milliseconds longest = std::chrono::seconds{60});
  [[nodiscard]] pid_t pid() const { return process_; }

 private:
  // Waits for output at most until `deadline`; false when the process has ended and all it wrote is
  // here, or when time is up.
  bool collect(std::chrono::steady_clock::time_point deadline);

  pid_t process_ = -1;
  int ending_ = -1;  // readable once the process has ended
  int output_ = -1;
  int errors_ = -1;
  std::chrono::steady_clock::time_point started_;
  std::optional<std::chrono::steady_clock::time_point> ended_;
  Finished finished_;
};

// Starts, waits, and hands back what it said.
Finished run(const Command& command, int network = -1, std::chrono::milliseconds longest = std::chrono::seconds{60});

}  // namespace portolan::lab
