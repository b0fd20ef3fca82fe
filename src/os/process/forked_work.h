// Work in a process of its own, which tells on its standard output what comes of it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "base/result.h"
#include "os/file_descriptor.h"

namespace portolan::os {

class ForkedWork {
 public:
  // `work` runs in a copy of this process, whose standard output is read() and whose standard input is empty; what it
  // returns is its exit status; it throws nothing. It is ended by SIGTERM where this process ends before it. To be
  // called while this process has one thread. Errc::limit where there may be no more processes or files.
  static Result<ForkedWork> begin(const std::function<int()>& work);
  ForkedWork(ForkedWork&& other) noexcept;
  ForkedWork& operator=(ForkedWork&&) = delete;
  ~ForkedWork();  // ended, if it is not over

  // The next bytes that it says, "" once it says no more. A signal that this process takes for the wish to stop
  // (os/stop_signals.h) is passed on.
  Result<std::string> read();
  // Waits for its end. As a shell has it: 128 and the signal where one ended it.
  int wait();

 private:
  ForkedWork(pid_t process, FileDescriptor output) : process_{process}, output_{std::move(output)} {}
  pid_t process_;
  FileDescriptor output_;
  bool is_told_to_stop_ = false;
};

}  // namespace portolan::os
