// A descriptor that one thread makes readable for another.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>

#include "base/result.h"
#include "os/file_descriptor.h"

namespace portolan::os {

class Bell {
 public:
  // Errc::limit where there are too many open files.
  static Result<Bell> open();

  // Makes the descriptor readable. From any thread.
  void ring() const;
  // Makes it unreadable again.
  void clear() const;
  [[nodiscard]] int descriptor() const { return event_.get(); }

 private:
  explicit Bell(FileDescriptor event) : event_{std::move(event)} {}
  FileDescriptor event_;
};

// Waits until one of the descriptors is readable, at most that long; -1 stands for none.
void wait_for_any(std::initializer_list<int> descriptors, std::optional<std::chrono::milliseconds> at_most = {});

}  // namespace portolan::os
