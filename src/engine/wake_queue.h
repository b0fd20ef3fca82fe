// Who is to be woken when. Entries of walks that have left meanwhile are dropped when their time comes, or all at once
// when they have become the most.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "engine/host_walk.h"

namespace portolan::engine {

class WakeQueue {
 public:
  void push(Instant at, WalkHandle walk) {
    heap_.push_back({at, walk});
    std::ranges::push_heap(heap_, std::greater{}, &Wake::at);
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] Instant first() const { return heap_.front().at; }
  // The first whose time has come.
  std::optional<WalkHandle> pop(Instant now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::ranges::pop_heap(heap_, std::greater{}, &Wake::at);
    const WalkHandle walk = heap_.back().walk;
    heap_.pop_back();
    return walk;
  }
  // Drops whom `walks` no longer has, once that is worth it.
  void tidy(const WalkTable& walks) {
    if (heap_.size() < 4096 || heap_.size() < 4 * walks.size()) return;
    std::erase_if(heap_, [&](const Wake& wake) { return !walks.is_current(wake.walk); });
    std::ranges::make_heap(heap_, std::greater{}, &Wake::at);
  }

 private:
  struct Wake {
    Instant at;
    WalkHandle walk;
  };
  std::vector<Wake> heap_;
};

}  // namespace portolan::engine
