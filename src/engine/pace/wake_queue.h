// Who is to be woken when. Entries of walks that have left meanwhile are dropped when their time comes, or all at once
// when they have become the most.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "engine/host_walk.h"

namespace portolan::engine {

// Hosts that are silent are all waited for as long, so most entries come in the order of their time. Those stand in a
// line, which costs nothing to keep; the others in a heap.
class WakeQueue {
 public:
  void push(Instant at, WalkHandle walk) {
    if (line_.empty() || line_.back().at <= at) {
      line_.push_back({at, walk});
      return;
    }
    heap_.push_back({at, walk});
    std::ranges::push_heap(heap_, std::greater{}, &Wake::at);
  }
  [[nodiscard]] bool empty() const { return line_.empty() && heap_.empty(); }
  [[nodiscard]] Instant first() const { return heap_is_first() ? heap_.front().at : line_.front().at; }
  // The first whose time has come.
  std::optional<WalkHandle> pop(Instant now) {
    if (empty() || first() > now) return std::nullopt;
    if (!heap_is_first()) {
      const WalkHandle walk = line_.front().walk;
      line_.pop_front();
      return walk;
    }
    std::ranges::pop_heap(heap_, std::greater{}, &Wake::at);
    const WalkHandle walk = heap_.back().walk;
    heap_.pop_back();
    return walk;
  }
  // Drops whom `walks` no longer has, once that is worth it.
  void tidy(const WalkTable& walks) {
    const std::size_t entries = line_.size() + heap_.size();
    if (entries < 4096 || entries < 4 * walks.size()) return;
    const auto has_left = [&](const Wake& wake) { return !walks.is_current(wake.walk); };
    std::erase_if(line_, has_left);
    std::erase_if(heap_, has_left);
    std::ranges::make_heap(heap_, std::greater{}, &Wake::at);
  }

 private:
  struct Wake {
    Instant at;
    WalkHandle walk;
  };
  [[nodiscard]] bool heap_is_first() const {
    return line_.empty() || (!heap_.empty() && heap_.front().at < line_.front().at);
  }

  std::deque<Wake> line_;   // each no earlier than the one before it
  std::vector<Wake> heap_;  // the earliest on top
};

}  // namespace portolan::engine
