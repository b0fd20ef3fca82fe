// What several threads hand to one, in the order in which it comes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "os/bell.h"

namespace portolan::run {

template <class T>
class Queue {
 public:
  // `bell` rings when there is something to take, and outlives the queue. At most `room` things wait, at least one.
  Queue(std::size_t room, const os::Bell& bell) : room_{room}, bell_{bell} {}

  // Waits while the queue is full: somebody takes until all who push are done.
  void push(T thing) {
    std::unique_lock lock{mutex_};
    taken_.wait(lock, [this] { return things_.size() < room_; });
    things_.push_back(std::move(thing));
    if (things_.size() == 1) bell_.ring();
  }

  // Everything that waits; does not wait itself.
  std::vector<T> take() {
    std::vector<T> taken;
    const std::scoped_lock lock{mutex_};
    bell_.clear();
    taken.swap(things_);
    taken_.notify_all();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable taken_;
  std::vector<T> things_;
  std::size_t room_;
  const os::Bell& bell_;
};

}  // namespace portolan::run
