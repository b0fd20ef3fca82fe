#include "os/thread/quiet_thread.h"

#include <csignal>
#include <utility>

namespace portolan::os {
namespace {

// A new thread begins with the mask of the one that starts it: in between there is no moment in which it hears one.
class AllBlocked {
 public:
  AllBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    // Those that a fault of the thread itself raises; blocked, the kernel ends the process without their handlers.
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) ::sigdelset(&all, own);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllBlocked(const AllBlocked&) = delete;
  AllBlocked& operator=(const AllBlocked&) = delete;
  ~AllBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::thread quiet_thread(std::function<void()> work) {
  const AllBlocked blocked;
  return std::thread{std::move(work)};
}

}  // namespace portolan::os
