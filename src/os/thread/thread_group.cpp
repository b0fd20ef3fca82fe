#include "os/thread/thread_group.h"

#include <sys/resource.h>

#include <string>
#include <system_error>
#include <utility>

#include "os/thread/quiet_thread.h"

namespace portolan::os {
namespace {

// The error is the same for both (pthread_create(3)).
std::string no_thread() {
  rlimit memory{};
  const bool is_tight = ::getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY;
  return is_tight
             ? "there is no memory for another thread, or this user may have no more of them: raise `ulimit -v` or "
               "`ulimit -u`, or use fewer (--threads)"
             : "this user may have no more threads: raise `ulimit -u`, or use fewer (--threads)";
}

}  // namespace

Result<void> ThreadGroup::start(std::function<void()> work) {
  try {
    threads_.push_back(quiet_thread(std::move(work)));
  } catch (const std::system_error&) {
    return fail(Errc::limit, no_thread());
  }
  return {};
}

void ThreadGroup::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace portolan::os
