// Threads that are waited for together.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "base/result.h"

namespace portolan::os {

class ThreadGroup {
 public:
  ThreadGroup() = default;
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  ~ThreadGroup() { join(); }

  // Quiet ones (os/thread/quiet_thread.h) in the caller's network namespace, with the caller's capabilities. `work`
  // throws nothing. Errc::limit where there may be no more threads.
  Result<void> start(std::function<void()> work);
  // Waits for all of them.
  void join();

 private:
  std::vector<std::thread> threads_;
};

}  // namespace portolan::os
