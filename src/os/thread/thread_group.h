// Threads that are waited for together.
#pragma once

#include <cstddef>
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
  // So many of them, numbered from 0. Where not all can be had, none begins with its work.
  Result<void> start_all(std::size_t count, const std::function<void(std::size_t number)>& work);
  // Waits for all of them.
  void join();

 private:
  std::vector<std::thread> threads_;
};

}  // namespace portolan::os
