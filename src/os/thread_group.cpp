#include "os/thread_group.h"

#include <system_error>
#include <utility>

namespace portolan::os {

Result<void> ThreadGroup::start(std::function<void()> work) {
  try {
    threads_.emplace_back(std::move(work));
  } catch (const std::system_error&) {
    return fail(Errc::limit, "this user may have no more threads: use fewer (--threads)");
  }
  return {};
}

void ThreadGroup::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace portolan::os
