#include "os/thread/thread_group.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <future>
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

// Who should have said it may have run out of memory before.
bool is_true(const std::shared_future<bool>& said) {
  try {
    return said.get();
  } catch (const std::future_error&) {
    return false;
  }
}

}  // namespace

Result<void> ThreadGroup::start(std::function<void()> work) {
  try {
    threads_.reserve(threads_.size() + 1);  // no thread must be without a place
    threads_.push_back(quiet_thread(std::move(work)));
  } catch (const std::system_error&) {
    return fail(Errc::limit, no_thread());
  }
  return {};
}

Result<void> ThreadGroup::start_all(std::size_t count, const std::function<void(std::size_t number)>& work) {
  std::promise<bool> all_there;
  const std::shared_future<bool> may_begin{all_there.get_future()};
  Result<void> done;
  for (std::size_t number = 0; done && number < count; ++number) {
    done = start([may_begin, work, number] {
      if (is_true(may_begin)) work(number);
    });
    if (!done)
      done.error().message = fmt::format("{} of {} threads can be had: {}", number, count, done.error().message);
  }
  all_there.set_value(done.has_value());
  return done;
}

void ThreadGroup::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace portolan::os
