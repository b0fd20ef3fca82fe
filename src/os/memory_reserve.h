// Memory kept back for the end: where there is no more, what is under way goes on with that, and whoever asks learns
// that it is time to come to an end.
#pragma once

#include <cstddef>

namespace portolan::os {

// One at a time in a process: memory belongs to all of it.
class MemoryReserve {
 public:
  explicit MemoryReserve(std::size_t bytes = std::size_t{4} * 1024 * 1024);
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;
  ~MemoryReserve();

  // Whether it is gone: memory has run out once. What is allocated after the reserve is used up throws bad_alloc.
  [[nodiscard]] static bool is_used();
};

}  // namespace portolan::os
