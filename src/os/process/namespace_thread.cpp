#include "os/process/namespace_thread.h"

#include <fmt/core.h>
#include <sched.h>

#include <cerrno>
#include <system_error>

#include "os/system_error.h"
#include "os/thread/quiet_thread.h"

namespace portolan::os {
namespace {

Error not_entered(int error) {
  if (error == EINVAL) {
    return {Errc::usage, "cannot enter a network namespace: what was named is none", error_name(error)};
  }
  return {error == EPERM ? Errc::privilege : Errc::io,
          fmt::format("cannot enter a network namespace: {}", error_text(error)), error_name(error)};
}

}  // namespace

Result<void> move_to_network_namespace(const FileDescriptor& handle) {
  if (::setns(handle.get(), CLONE_NEWNET) == 0) return {};
  return fail(not_entered(errno));
}

Result<std::unique_ptr<NamespaceThread>> NamespaceThread::enter(const FileDescriptor& handle) {
  std::unique_ptr<NamespaceThread> place{new NamespaceThread};
  try {
    place->thread_ = quiet_thread([thread = place.get()] { thread->serve(); });
  } catch (const std::system_error&) {
    return fail(
        {Errc::limit, "cannot enter a network namespace: this user may have no more threads", error_name(EAGAIN)});
  }
  int error = 0;
  // setns() moves the calling thread only.
  place->perform([&] { error = ::setns(handle.get(), CLONE_NEWNET) == 0 ? 0 : errno; });
  if (error == 0) return place;
  return fail(not_entered(error));
}

NamespaceThread::~NamespaceThread() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock{mutex_};
    leaving_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void NamespaceThread::perform(const std::function<void()>& work) {
  std::unique_lock lock{mutex_};
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [this] { return work_ == nullptr; });
}

void NamespaceThread::serve() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return leaving_ || work_ != nullptr; });
    if (leaving_) return;
    const std::function<void()>& work = *work_;
    lock.unlock();
    work();
    lock.lock();
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace portolan::os
