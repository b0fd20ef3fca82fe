// A thread that lives in another network namespace and does there what it is handed.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "os/file_descriptor.h"

namespace portolan::os {

// The caller itself moves there, and with it whatever it begins later. To be called while it has one thread. Errors as
// of NamespaceThread::enter().
Result<void> move_to_network_namespace(const FileDescriptor& handle);

class NamespaceThread {
 public:
  // The caller stays where it is. The thread begins with the caller's capabilities and has its own from then on.
  // Errc::privilege without CAP_SYS_ADMIN in the user namespace that owns the network; Errc::usage where `handle` is no
  // network namespace; Errc::limit where there may be no more threads.
  static Result<std::unique_ptr<NamespaceThread>> enter(const FileDescriptor& handle);
  NamespaceThread(const NamespaceThread&) = delete;
  NamespaceThread& operator=(const NamespaceThread&) = delete;
  ~NamespaceThread();

  // Runs `work` in the thread and waits for its end. Sockets that it opens stay in that namespace, and so do threads
  // that it starts. One call at a time; `work` throws nothing.
  void perform(const std::function<void()>& work);

 private:
  NamespaceThread() = default;
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;  // handed over and not done yet
  bool leaving_ = false;
  std::thread thread_;
};

}  // namespace portolan::os
